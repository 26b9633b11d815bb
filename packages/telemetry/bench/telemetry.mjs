// @ts-check
// What tracing costs, and what an exporter loses: `npm run bench -- telemetry [--part requests|exporter] [--rounds 5]
// [--passes 6] [--requests 4096] [--warm-up 16000] [--handler nothing|wait|axios|fetch] [--headers 0] [--rate N]
// [--only NAME …]`. The first argument, if there is one, is the file for the figures.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, leaveMeasuredCore } from './cores.mjs'
import { INTERRUPTED, STEADY } from './exporter-cases.mjs'
import { measureExporter } from './measure-exporter.mjs'
import { measureRounds } from './rounds.mjs'
import { summarize } from './summarize.mjs'
import { VARIANTS } from './variants.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    part: { type: 'string', default: 'all' },
    rounds: { type: 'string', default: '5' },
    passes: { type: 'string', default: '6' },
    requests: { type: 'string', default: '4096' },
    'warm-up': { type: 'string', default: '16000' },
    handler: { type: 'string', default: 'nothing' },
    headers: { type: 'string', default: '0' },
    rate: { type: 'string' },
    only: { type: 'string', multiple: true },
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
const variants = VARIANTS.filter(({ name }) => name === 'plain' || (values.only?.includes(name) ?? true))
/** @param {string} name */
const isAsked = (name) => values.part === 'all' || values.part === name

leaveMeasuredCore()
const report = {
  machine: describeMachine(),
  ...settings,
  requestCost: isAsked('requests') ? await requestCost() : [],
  steady: isAsked('exporter') ? await oneByOne(STEADY) : [],
  // Far from the core's limit, so they can share it.
  interrupted: isAsked('exporter') ? await Promise.all(INTERRUPTED.map(measureExporter)) : [],
}

/** @param {import('./statistics.mjs').Spread} spread @param {number} digits */
const show = ({ median, min, max }, digits) =>
  `${median.toFixed(digits)} (${min.toFixed(digits)} … ${max.toFixed(digits)})`
if (report.requestCost.length > 0) printRequestCost(report.requestCost)
for (const results of [report.steady, report.interrupted]) if (results.length > 0) console.table(results)
if (positionals[0] !== undefined) {
  const file = path.resolve(positionals[0])
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
}

async function requestCost() {
  const rounds = await measureRounds(variants, { ...settings, onSlice: () => process.stderr.write('.') })
  process.stderr.write('\n')
  return variants.map(({ name }) => summarize(name, rounds))
}

/** @param {readonly import('./exporter-cases.mjs').ExporterCase[]} cases */
async function oneByOne(cases) {
  const results = []
  for (const each of cases) results.push(await measureExporter(each))
  return results
}

/** @param {typeof report.requestCost} costs */
function printRequestCost(costs) {
  console.table(
    Object.fromEntries(
      costs.map(({ variant, spans, lost, ...cost }) => [
        variant,
        {
          'CPU µs': show(cost.cpuMicros, 0),
          'added µs': show(cost.addedMicros, 1),
          throughput: show(cost.throughput, 2),
          'plain CPU ÷ own': show(cost.cpuShare, 2),
          'memory ×': cost.memory.median.toFixed(2),
          MB: cost.megabytes.median.toFixed(0),
          'of these buffers': cost.bufferMegabytes.median.toFixed(1),
          busy: cost.busy.median.toFixed(2),
          GC: cost.gc.median.toFixed(3),
          'p50 ms': cost.p50.median.toFixed(1),
          'p99 ms': cost.p99.median.toFixed(1),
          spans,
          lost,
        },
      ]),
    ),
  )
}
