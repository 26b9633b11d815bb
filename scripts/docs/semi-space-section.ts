import { figureTable, showInterval } from './figure-table.ts'
import type { Interval } from './performance-figures.ts'

interface SizeFigures {
  cpuMicros: Interval
  gcMicros: Interval
  megabytes: Interval
  p99: Interval
}

/** What `npm run bench -- semi-space --write-docs` has measured with one Node. */
export interface SemiSpaceFigures {
  machine: { node: string }
  halfRate: number
  sizes: { variant: string; full: SizeFigures; half: SizeFigures }[]
}

/** A young generation that begins larger; empty as long as nothing has been measured. */
export function semiSpaceSection(all: readonly SemiSpaceFigures[]): string {
  if (all.length === 0) return ''
  return `## A larger young generation

\`npm run bench -- semi-space\`: with and without \`--min-semi-space-size=16\`, in turns. V8 otherwise begins with 1 MB and grows
it with what survives.

${all.map(sectionOf).join('\n')}
`
}

function sectionOf({ machine, halfRate, sizes }: SemiSpaceFigures): string {
  const head = ['CPU µs', 'GC µs', 'MB', 'p99 ms']
  return `Node ${machine.node.slice(1)}, as many requests as are answered, and ${halfRate} a second:

${figureTable(
  ['', ...head, ...head.map((name) => `${name}, half`)],
  sizes.map(({ variant, full, half }) => [
    variant,
    ...[full, half].flatMap(({ cpuMicros, gcMicros, megabytes, p99 }) => [
      showInterval(cpuMicros, 0),
      showInterval(gcMicros, 1),
      showInterval(megabytes, 0),
      showInterval(p99, 1),
    ]),
  ]),
)}
`
}
