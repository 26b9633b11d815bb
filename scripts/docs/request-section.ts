import { figureTable, showInterval } from './figure-table.ts'
import { costOf, majorOf, type RequestCost, type TelemetryFigures } from './performance-figures.ts'

const PLAIN = 'plain'
const STOCK = 'stock http + express'
/** Below Express: what `whyExpressDiffers` compares. */
const BELOW = ['http alone', 'http alone, prototypes set']
const AUTO = 'auto-instrumentations-node'

/** What a request costs with one Node, and where the time goes; empty for a Node that only the peers were measured on. */
export function requestSection(figures: TelemetryFigures): string {
  const { machine, rounds, passes, requests, requestCost, halfRate } = figures
  if (!hasParts(figures)) return ''
  return `### Node ${machine.node.slice(1)}

${machine.cores} cores${machine.pinned ? ', the service alone on one, load and collector on the other' : ', nothing pinned'}; ${rounds} rounds of new processes, each of
${passes} blocks of ${requests} requests for each variant, in turns.

${costTable(requestCost)}
${halfRate === undefined ? '' : `\nAs many requests as are answered, and ${halfRate} a second, half of what the slowest answers:\n\n${loadTable(requestCost)}\n`}
Where our time goes:

${partsTable(requestCost)}
`
}

/** Plain, ours and the peers on every Node that was measured. */
export function nodesTable(all: readonly TelemetryFigures[]): string {
  return figureTable(
    ['Node', 'plain, µs', 'ours adds', 'stock adds', 'auto adds', 'dd-trace adds', 'ours ÷ stock'],
    all.map(({ machine, requestCost }) => [
      String(majorOf(machine.node)),
      showInterval(costOf(requestCost, PLAIN).cpuMicros, 0),
      ...['ours', STOCK, AUTO, 'dd-trace'].map((variant) => addedBy(requestCost, variant)),
      showInterval(costOf(requestCost, 'ours').shareOfStock, 2),
    ]),
  )
}

/** Why plain Express costs on one Node what it doesn't on another; empty where that was not measured. */
export function whyExpressDiffers(all: readonly TelemetryFigures[]): string {
  const nodes = all.flatMap(({ machine, requestCost }) => {
    const [http, prototypes, plain] = [...BELOW, PLAIN].map((name) =>
      requestCost.find(({ variant }) => variant === name)?.cpuMicros.median.toFixed(0),
    )
    if (http === undefined || prototypes === undefined || plain === undefined) return []
    return [`from ${http} to ${prototypes} on Node ${majorOf(machine.node)}, where Express takes ${plain}`]
  })
  if (nodes.length === 0) return ''
  return `Express sets the prototype of each request and response, which the V8 of Node 20 makes slow and leaves to the garbage
collector: that alone, done to a server of \`node:http\`, takes its CPU ${nodes.join(', and ')} µs.

`
}

/** True for a Node with goals: all variants were measured. */
export function hasParts({ requestCost }: TelemetryFigures): boolean {
  return requestCost.some(({ variant }) => variant === 'ours, not sampled')
}

/** What each part of ours adds, in µs. */
export function partsOf(costs: readonly RequestCost[]): { part: string; micros: number; isSdk?: boolean }[] {
  const added = (variant: string): number => costOf(costs, variant).addedMicros.median
  const [context, ended, encoded, all] = [
    added('ours, not sampled'),
    added('ours, ended and not kept'),
    added('ours, encoded and not sent'),
    added('ours'),
  ]
  return [
    { part: 'reading the headers, carrying the context (`AsyncLocalStorage`)', micros: context },
    { part: 'the SDK’s span: start, attributes, end', micros: ended - context, isSdk: true },
    { part: 'keeping it until there is a batch, encoding', micros: encoded - ended },
    { part: 'sending', micros: all - encoded },
  ]
}

/** A difference of two medians: without the digits that it doesn't have, and not below zero. */
export function showPart(value: number, digits: number): string {
  const shown = value.toFixed(digits)
  return Number(shown) > 0 ? shown : '≈ 0'
}

function addedBy(costs: readonly RequestCost[], variant: string): string {
  return showInterval(costs.find((cost) => cost.variant === variant)?.addedMicros, 0)
}

function costTable(costs: readonly RequestCost[]): string {
  const head = [
    '',
    'CPU µs a request',
    'added µs',
    '÷ stock',
    'calmest quarter: added µs',
    '÷ stock',
    'throughput',
    'plain CPU ÷ own',
    'memory',
    'spans a request',
    'lost',
  ]
  return figureTable(
    head,
    costs
      .filter(({ variant }) => !BELOW.includes(variant))
      .map((cost) => [
        cost.variant,
        showInterval(cost.cpuMicros, 0),
        ...(cost.variant === PLAIN ? ['–', '–', '–', '–'] : addedFigures(cost)),
        showInterval(cost.throughput, 2),
        showInterval(cost.cpuShare, 2),
        cost.memory.median.toFixed(2),
        String(cost.spans),
        String(cost.lost),
      ]),
  )
}

function addedFigures({ addedMicros, shareOfStock, calm }: RequestCost): string[] {
  return [
    showInterval(addedMicros, 1),
    showInterval(shareOfStock, 2),
    calm?.addedMicros.toFixed(1) ?? '–',
    calm?.shareOfStock?.toFixed(2) ?? '–',
  ]
}

function loadTable(costs: readonly RequestCost[]): string {
  const figures = ['loop busy', 'GC µs a request', 'p50 ms', 'p99 ms']
  return figureTable(
    ['', 'a second', ...figures, ...figures.map((figure) => `${figure}, half`)],
    costs
      .filter(({ half }) => half !== undefined)
      .map((cost) => [
        cost.variant,
        cost.rate?.median.toFixed(0) ?? '–',
        ...[cost, cost.half].flatMap((at) => [
          showInterval(at?.busy, 2),
          showInterval(at?.gcMicros, 1),
          showInterval(at?.p50, 2),
          showInterval(at?.p99, 1),
        ]),
      ]),
  )
}

function partsTable(costs: readonly RequestCost[]): string {
  const parts = partsOf(costs)
  const together = parts.reduce((sum, { micros }) => sum + micros, 0)
  return figureTable(
    ['part', 'µs'],
    [...parts.map(({ part, micros }) => [part, showPart(micros, 0)]), ['together', together.toFixed(0)]],
  )
}
