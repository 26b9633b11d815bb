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
  const { all } = results
  if (all === undefined) throw new Error('all headers together were not measured')
  if (all.timesFaster.median >= goal) return ''
  const { composite, mesh, look } = all.nsPerHop
  const bound = Object.entries(results).filter(([, { timesFasterLook }]) => timesFasterLook.median < goal)
  const impossible = bound.map(([headers, { timesFasterLook }]) => `${timesFasterLook.median.toFixed(1)} (${headers})`)
  return `
Nothing that is sent on was left unlooked at, and looking has a price: a propagator that does that and nothing else is
${impossible.join(', ')} times faster than the composite, so none can be ${goal} times faster there.
With all headers it would have ${ns(composite.median / goal - look.median)} left to parse them, to choose among them and to make new ones. That takes ${ns(mesh.median - look.median)} here.
`
}

function ns(value: number): string {
  return `${value.toFixed(0)} ns`
}
