// @ts-check
import { GOALS, judge } from './performance-goals.mjs'

/**
 * Prints each goal that something was measured for: met, its floor held, or missed.
 * @param {import('./performance-goals.mjs').Figures} figures
 */
export function printGoals(figures) {
  const major = Number(process.versions.node.split('.')[0])
  const rows = GOALS.map((goal) => [goal.what, judge(goal, figures, major)])
  console.log(`\nGoals, Node ${process.versions.node}. Ratios within this run; a busy machine widens them.`)
  for (const [what, { verdict, measured, goal, floor }] of /** @type {[string, ReturnType<typeof judge>][]} */ (rows)) {
    if (verdict === 'not measured') continue
    const limits = verdict === 'no goal' ? '' : `  (goal ${goal}, floor ${floor})`
    console.log(`  ${verdict.padEnd(11)}  ${what}: ${measured}${limits}`)
  }
}
