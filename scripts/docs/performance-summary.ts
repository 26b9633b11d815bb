import { figureTable } from './figure-table.ts'
import {
  costOf,
  majorOf,
  readFigures,
  type RequestCost,
  type StartFigures,
  type TelemetryFigures,
} from './performance-figures.ts'
import { hasParts, partsOf, showPart } from './request-section.ts'
import { GOALS, judge } from '../bench/performance-goals.mjs'

const STOCK = 'stock http + express'
const AUTO = 'auto-instrumentations-node'
const DATADOG = 'dd-trace'
/** The Node whose figures a reader sees first. */
const FIRST = 24
const [CPU_GOAL, , START_GOAL] = GOALS
const MISSES = new Set(['floor holds', 'missed'])

/** The short page, as the figures in `data/` have it. */
export function performanceSummary(): string {
  const all = readFigures<TelemetryFigures>('telemetry').filter(hasParts)
  const { requestCost } = firstOf(all)
  const others = all.filter(({ machine }) => majorOf(machine.node) !== FIRST)
  const rows = [
    ['`@throughline/telemetry`', 'ours'],
    ['OpenTelemetry’s stock http and express instrumentation', STOCK],
    ['`@opentelemetry/auto-instrumentations-node`', AUTO],
    ['`dd-trace`', DATADOG],
  ].flatMap(([name = '', variant = '']) => (has(requestCost, variant) ? [[name, added(requestCost, variant)]] : []))
  return `# What tracing costs you

A traced request of an Express service on Node ${FIRST} takes this much more CPU, exports included:

${figureTable(['with', 'µs a request'], rows)}

${others.map(otherNode).join(' ')} A request that isn't sampled costs ${added(requestCost, 'ours, not sampled')} µs on Node ${FIRST} with
the first, and ${added(requestCost, `${STOCK}, not sampled`)} with the second.

When the collector is away, spans wait in a buffer of 32 MiB, the oldest go first, and no request waits for any of it:
[what happens then](../packages/telemetry/README.md#when-the-collector-is-away).

How it was measured, on which machine, with the spread of each figure: [the long page](reference/performance.md). To measure
on yours: \`npm run bench -- telemetry\`, or \`npm run bench -- --quick\` for the main ratios in two minutes.
${all.map(whyCpu).join('')}${readFigures<StartFigures>('start').map(whyStart).join('')}`
}

/** The README with the figures of its line on cost. */
export function withCost(readme: string): string {
  const { requestCost } = firstOf(readFigures<TelemetryFigures>('telemetry'))
  const [ours, stock, auto] = ['ours', STOCK, AUTO].map((variant) => added(requestCost, variant))
  return readme.replace(
    /\d+ (µs of CPU a traced request on Node) \d+; (OpenTelemetry's stock instrumentation) \d+, (auto-instrumentation) \d+:/,
    `${ours} $1 ${FIRST}; $2 ${stock}, $3 ${auto}:`,
  )
}

function firstOf(all: readonly TelemetryFigures[]): TelemetryFigures {
  const first = all.find(({ machine }) => majorOf(machine.node) === FIRST)
  if (first === undefined) throw new Error(`Node ${FIRST} was not measured`)
  return first
}

function otherNode({ machine, requestCost }: TelemetryFigures): string {
  const figures = ['ours', STOCK, AUTO, DATADOG].filter((variant) => has(requestCost, variant))
  const list = figures.map((variant) => added(requestCost, variant))
  return `On Node ${majorOf(machine.node)} it is ${list.slice(0, -1).join(', ')} and ${list.at(-1)} µs.`
}

/** Part by part, why the goal of CPU is not met; empty where it is. */
function whyCpu(telemetry: TelemetryFigures): string {
  const major = majorOf(telemetry.machine.node)
  if (CPU_GOAL === undefined) return ''
  const { verdict, measured, goal } = judge(CPU_GOAL, { telemetry }, major)
  if (!MISSES.has(verdict)) return ''
  const stock = costOf(telemetry.requestCost, STOCK).addedMicros.median
  const parts = partsOf(telemetry.requestCost)
  const together = parts.reduce((sum, { micros }) => sum + micros, 0)
  const sdk = parts.find(({ isSdk }) => isSdk)?.micros ?? 0
  const rows = parts.map(({ part, micros }) => [part, showPart(micros, 0), showPart(micros / stock, 2)])
  return `
## Where the CPU goes on Node ${major}

Ours adds ${measured} of what stock adds; the goal, ${goal}, is not met:

${figureTable(['part', 'µs', '÷ stock'], rows)}

The span is the SDK's, and stays so: without it the rest is ${((together - sdk) / stock).toFixed(2)} of stock.
`
}

/** Why the goal of the start is not met; empty where it is, or where its parts were not measured. */
function whyStart(start: StartFigures): string {
  const { node, plainMs, addedMs, sdkMs, exporterMs } = start
  if (START_GOAL === undefined || sdkMs === undefined || exporterMs === undefined) return ''
  const { verdict, measured, goal } = judge(START_GOAL, { start }, majorOf(node))
  if (!MISSES.has(verdict)) return ''
  return `
## Where the start goes on Node ${majorOf(node)}

\`counting\` without tracing answers after ${plainMs.median.toFixed(0)} ms; tracing adds ${addedMs.median.toFixed(0)} (${measured}; the goal, ${goal}, is not met).
Loading the SDK and hooking it into Node takes ${sdkMs.median.toFixed(0)} ms of that, loading the exporter and encoding for it ${exporterMs.median.toFixed(0)}: by
\`npm run bench -- start\`.
`
}

function has(costs: readonly RequestCost[], variant: string): boolean {
  return costs.some((cost) => cost.variant === variant)
}

/** µs that a variant adds. */
function added(costs: readonly RequestCost[], variant: string): string {
  return costOf(costs, variant).addedMicros.median.toFixed(0)
}
