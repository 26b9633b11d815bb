// @ts-check
// What tracing costs a request: `npm run bench -- telemetry [--rounds 4] [--passes 12] [--requests 4096]
// [--warm-up 32000] [--handler nothing|wait|axios|fetch] [--headers 0] [--rate N] [--only NAME …] [--peers]`. The first
// argument, if there is one, is the file for the figures.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, leaveMeasuredCore } from './cores.mjs'
import { measureRounds, ROUND_OPTIONS } from './rounds.mjs'
import { summarize } from './summarize.mjs'
import { VARIANTS } from './variants.mjs'
import { writeFigures } from './write-figures.mjs'

const RAW = path.resolve(import.meta.dirname, '../../../bench-results')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...ROUND_OPTIONS,
    handler: { type: 'string', default: 'nothing' },
    headers: { type: 'string', default: '0' },
    rate: { type: 'string' },
    only: { type: 'string', multiple: true },
    peers: { type: 'boolean', default: false },
  },
})
const settings = {
  rounds: Number(values.rounds),
  passes: Number(values.passes),
  requests: Number(values.requests),
  warmUp: Number(values['warm-up']),
  handler: values.handler,
  headers: Number(values.headers),
  rate: values.rate === undefined ? undefined : Number(values.rate),
}
const variants = VARIANTS.filter(
  ({ name, isPeer }) =>
    name === 'plain' || ((values.only?.includes(name) ?? true) && (!values.peers || isPeer === true)),
)

leaveMeasuredCore()
const { rounds, halfRate } = await measureRounds(variants, { ...settings, onSlice: () => process.stderr.write('.') })
process.stderr.write('\n')
const requestCost = variants.map(({ name }) => summarize(name, rounds))
printRequestCost(requestCost)
printHalf(requestCost, halfRate)
const report = { machine: describeMachine(), ...settings, halfRate, requestCost }
writeFigures(positionals[0], report)
const raw = path.join(RAW, `telemetry-${process.version}.json`)
writeFigures(raw, {
  machine: report.machine,
  ...settings,
  halfRate,
  rounds: rounds.map((each) => Object.fromEntries(each)),
})
console.log(`Each block: ${raw}`)

/** @param {import('./statistics.mjs').Interval} interval @param {number} digits */
function show({ median, low, high }, digits) {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} … ${high.toFixed(digits)})`
}

/** @param {typeof requestCost} costs */
function printRequestCost(costs) {
  console.log('Medians of all blocks, with 95 % intervals:')
  console.table(
    Object.fromEntries(
      costs.map(({ variant, spans, lost, shareOfStock, calm, ...cost }) => [
        variant,
        {
          'CPU µs': show(cost.cpuMicros, 0),
          'added µs': show(cost.addedMicros, 1),
          '÷ stock': shareOfStock === undefined ? '' : show(shareOfStock, 2),
          'calmest ¼': calm.addedMicros.toFixed(1),
          throughput: show(cost.throughput, 2),
          'memory ×': cost.memory.median.toFixed(2),
          MB: cost.megabytes.median.toFixed(0),
          'of these buffers': cost.bufferMegabytes.median.toFixed(1),
          spans,
          lost,
        },
      ]),
    ),
  )
}

/** @param {Omit<NonNullable<typeof requestCost[0]['half']>, 'cpuMicros'>} figures @param {string} at */
function columns({ busy, gcMicros, p50, p99 }, at) {
  return {
    [`busy${at}`]: show(busy, 2),
    [`GC µs${at}`]: show(gcMicros, 1),
    [`p50 ms${at}`]: show(p50, 2),
    [`p99 ms${at}`]: show(p99, 1),
  }
}

/** @param {typeof requestCost} costs @param {number | undefined} rate */
function printHalf(costs, rate) {
  if (rate === undefined) return
  console.log(`As many requests as are answered, and ${rate} a second:`)
  const rows = costs.flatMap((cost) =>
    cost.half === undefined
      ? []
      : [
          [
            cost.variant,
            { 'a second': Math.round(cost.rate.median), ...columns(cost, ''), ...columns(cost.half, ', half') },
          ],
        ],
  )
  console.table(Object.fromEntries(rows))
}
