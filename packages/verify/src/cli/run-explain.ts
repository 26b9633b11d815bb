import process from 'node:process'
import { catalogue, findRule } from '../findings/catalogue.ts'
import { explain } from '../report/explain.ts'
import { UsageError } from './usage-error.ts'

/** `throughline explain TLV104`; without an id, one line for each finding. */
export function runExplain([id, ...rest]: string[]): number {
  if (rest.length > 0) throw new UsageError('one id: throughline explain TLV104')
  if (id === undefined) {
    for (const { id: each, level, title } of catalogue) process.stdout.write(`${each}  ${level.padEnd(8)}${title}\n`)
    return 0
  }
  const rule = findRule(id)
  if (rule === undefined) throw new UsageError(`there is no ${id}; throughline explain lists all`)
  process.stdout.write(explain(rule))
  return 0
}
