import { costOf, type PropagationFigures, type TelemetryFigures } from './performance-figures.ts'

/** One figure that was wanted, and what was measured. */
interface Goal {
  what: string
  wanted: number
  /** True where more is better. */
  atLeast?: boolean
  measured: number
  digits: number
  unit: string
}

/** The goals as rows of a table: what, wanted, measured, reached. Each is held against the median. */
export function goalRows({ requestCost, steady }: TelemetryFigures, { goal, results }: PropagationFigures): string[][] {
  const ours = costOf(requestCost, 'ours')
  const unsampled = costOf(requestCost, 'ours, not sampled')
  const lost = steady.find(({ name }) => name === 'ours')?.lost ?? Number.NaN
  const faster = results['all']?.timesFaster.median ?? Number.NaN
  return [
    { what: 'CPU added to a traced request', wanted: 25, measured: ours.addedMicros.median, digits: 1, unit: ' µs' },
    { what: 'CPU added, not sampled', wanted: 5, measured: unsampled.addedMicros.median, digits: 1, unit: ' µs' },
    { what: 'throughput, traced', wanted: 0.75, atLeast: true, measured: ours.throughput.median, digits: 2, unit: '' },
    { what: 'spans lost at 26,000 a second', wanted: 0, measured: lost, digits: 0, unit: '' },
    {
      what: 'all headers read and written',
      wanted: goal,
      atLeast: true,
      measured: faster,
      digits: 1,
      unit: ' × faster',
    },
  ].map(row)
}

function row({ what, wanted, atLeast = false, measured, digits, unit }: Goal): string[] {
  const isReached = atLeast ? measured >= wanted : measured <= wanted
  const limit = `${atLeast ? '≥' : '≤'} ${wanted}${unit}`
  return [what, limit, `${measured.toFixed(digits)}${unit}`, isReached ? 'yes' : '**no**']
}

/** Why a hop isn't as many times faster than the composite as was wanted, in figures; nothing when it is. */
export function boundOfHop({ goal, results }: PropagationFigures): string {
  const { all, none, b3 } = results
  if (all === undefined || none === undefined || b3 === undefined) throw new Error('a set of headers was not measured')
  if (all.timesFaster.median >= goal) return ''
  const { composite, mesh, floor } = all.nsPerHop
  return `
With all headers, the calls of getter and setter take ${ns(floor.median)} of our ${ns(mesh.median)}, so to be ${goal} times faster than the
composite leaves ${ns(composite.median / goal - floor.median)} to check what the headers hold and to make new ones, which takes ${ns(mesh.median - floor.median)} here.
${boundOfInterface(goal, { none: none.timesFasterFloor.median, b3: b3.timesFasterFloor.median })}`
}

/** Nothing where the calls alone could be fast enough. */
function boundOfInterface(goal: number, { none, b3 }: { none: number; b3: number }): string {
  if (Math.max(none, b3) >= goal) return ''
  return `Without headers and with B3 alone, those calls by themselves are only ${none.toFixed(1)} and ${b3.toFixed(1)} times faster than the composite,
so no propagator can be ${goal} times faster there.
`
}

function ns(value: number): string {
  return `${value.toFixed(0)} ns`
}
