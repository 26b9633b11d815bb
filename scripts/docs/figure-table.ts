import type { Interval } from './performance-figures.ts'

/** A Markdown table; all columns but the first are right-aligned. */
export function figureTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A median and its bounds; a dash for what was not measured. */
export function showInterval(interval: Interval | undefined, digits: number): string {
  if (interval === undefined) return '–'
  const [low, high] = 'low' in interval ? [interval.low, interval.high] : [interval.min, interval.max]
  return `${interval.median.toFixed(digits)} (${low.toFixed(digits)} … ${high.toFixed(digits)})`
}
