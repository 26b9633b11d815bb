import { costOf, type PropagationFigures, type TelemetryFigures } from './performance-figures.ts'

/** One figure that is wanted, and where it is among what was measured. */
interface Goal<Figures> {
  what: string
  wanted: number
  /** True where more is better. */
  atLeast?: boolean
  unit: string
  digits: number
  of: (figures: Figures) => number
}

const THROUGHPUT_GOAL = 0.75

const telemetryGoals: Goal<TelemetryFigures>[] = [
  {
    what: 'CPU added to a traced request',
    wanted: 25,
    unit: ' µs',
    digits: 1,
    of: ({ requestCost }) => costOf(requestCost, 'ours').addedMicros.median,
  },
  {
    what: 'CPU added, not sampled',
    wanted: 5,
    unit: ' µs',
    digits: 1,
    of: ({ requestCost }) => costOf(requestCost, 'ours, not sampled').addedMicros.median,
  },
  {
    what: 'throughput, traced',
    wanted: THROUGHPUT_GOAL,
    atLeast: true,
    unit: ' of plain',
    digits: 2,
    of: ({ requestCost }) => costOf(requestCost, 'ours').throughput.median,
  },
  {
    what: 'spans lost at 26,000 a second',
    wanted: 0,
    unit: '',
    digits: 0,
    of: ({ steady }) => steady.find(({ name }) => name === 'ours')?.lost ?? Number.NaN,
  },
]

const propagationGoal: Goal<PropagationFigures> = {
  what: 'all headers read and written',
  wanted: 10,
  atLeast: true,
  unit: ' × faster',
  digits: 1,
  of: ({ results }) => results['all']?.timesFaster.median ?? Number.NaN,
}

/** The goals as rows of a table: what, wanted, and what each Node reaches, in bold where that is not enough. */
export function goalRows(
  telemetry: readonly TelemetryFigures[],
  propagation: readonly PropagationFigures[],
): string[][] {
  return [...telemetryGoals.map((goal) => row(goal, telemetry)), row(propagationGoal, propagation)]
}

function row<Figures>(
  { what, wanted, atLeast = false, unit, digits, of }: Goal<Figures>,
  all: readonly Figures[],
): string[] {
  const measured = all.map((figures) => {
    const value = of(figures)
    const text = `${value.toFixed(digits)}${unit}`
    return (atLeast ? value >= wanted : value <= wanted) ? text : `**${text}**`
  })
  return [what, `${atLeast ? '≥' : '≤'} ${wanted}${unit}`, ...measured]
}

/** Why traced throughput isn't the share of plain's that was wanted, in figures; nothing when it is. */
export function boundOfThroughput({ requestCost }: TelemetryFigures): string {
  if (costOf(requestCost, 'ours').throughput.median >= THROUGHPUT_GOAL) return ''
  const plain = costOf(requestCost, 'plain').cpuMicros.median
  const added = (variant: string): number => costOf(requestCost, variant).addedMicros.median
  const span = added('ours, ended and not kept') - added('ours, not sampled')
  return `
A plain request takes ${us(plain)} here, so ${THROUGHPUT_GOAL} of its throughput leaves ${us(plain / THROUGHPUT_GOAL - plain)} for all of tracing. The SDK's span alone takes
${us(span)}.
`
}

/** Why a hop isn't as many times faster than the composite as was wanted, in figures; nothing when it is. */
export function boundOfHop({ results }: PropagationFigures): string {
  const { wanted } = propagationGoal
  const { all } = results
  if (all === undefined) throw new Error('all headers together were not measured')
  if (all.timesFaster.median >= wanted) return ''
  const { composite, mesh, look } = all.nsPerHop
  const bound = Object.entries(results).filter(([, { timesFasterLook }]) => timesFasterLook.median < wanted)
  const impossible = bound.map(([headers, { timesFasterLook }]) => `${timesFasterLook.median.toFixed(1)} (${headers})`)
  return `
Nothing that is sent on was left unlooked at, and looking has a price: a propagator that does that and nothing else is
${impossible.join(', ')} times faster than the composite, so none can be ${wanted} times faster there.
With all headers it would have ${ns(composite.median / wanted - look.median)} left to parse them, to choose among them and to make new ones. That takes ${ns(mesh.median - look.median)} here.
`
}

function us(value: number): string {
  return `${value.toFixed(1)} µs`
}

function ns(value: number): string {
  return `${value.toFixed(0)} ns`
}
