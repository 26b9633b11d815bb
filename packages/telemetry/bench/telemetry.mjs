// What tracing costs a request: `node bench/telemetry.mjs [--rounds 5] [--requests 10000] [--json file]`, after a build.
// Variants are interleaved in a new order each round; figures are medians, and only ratios within a run mean much.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import { parseArgs } from 'node:util'
import { sendRequests } from './load.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const requests = Number(values.requests)
const CONNECTIONS = 32

/** @type {Record<string, NodeJS.ProcessEnv>} */
const VARIANTS = {
  plain: { VARIANT: 'plain' },
  ours: { VARIANT: 'ours' },
  'ours, not sampled': { VARIANT: 'ours', OTEL_TRACES_SAMPLER: 'always_off' },
  stock: { VARIANT: 'stock', TRACE_INSTRUMENTATION: 'stock' },
  'stock, not sampled': { VARIANT: 'stock', TRACE_INSTRUMENTATION: 'stock', OTEL_TRACES_SAMPLER: 'always_off' },
  'headers carried, SDK off': { VARIANT: 'off', OTEL_SDK_DISABLED: 'true' },
}

/** @typedef {{ cpu: number, rate: number, rss: number, lost: number }} Sample CPU µs a request, requests/s, bytes, spans */

const sink = http.createServer((req, res) => {
  req.resume().on('end', () => res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
})
await once(sink.listen(0, '127.0.0.1'), 'listening')

/** @type {Map<string, Sample[]>} */
const samples = new Map(Object.keys(VARIANTS).map((name) => [name, []]))
for (let round = 0; round < rounds; round += 1) {
  for (const name of shuffled(Object.keys(VARIANTS))) {
    samples.get(name)?.push(await measure(VARIANTS[name] ?? {}))
    process.stderr.write('.')
  }
}
sink.close()
process.stderr.write('\n')

const plain = summary('plain')
const results = Object.keys(VARIANTS).map((name) => {
  const own = summary(name)
  return {
    variant: name,
    cpuMicros: own.cpu.median,
    cpuSpread: own.cpu.spread,
    addedMicros: own.cpu.median - plain.cpu.median,
    throughputRatio: own.rate.median / plain.rate.median,
    rssRatio: own.rss.median / plain.rss.median,
    lostSpans: own.lost.max,
  }
})
console.table(
  results.map((result) => ({
    variant: result.variant,
    'CPU µs/request': result.cpuMicros.toFixed(1),
    spread: result.cpuSpread.map((value) => value.toFixed(0)).join('–'),
    'added µs': result.addedMicros.toFixed(1),
    throughput: result.throughputRatio.toFixed(2),
    memory: result.rssRatio.toFixed(2),
    'spans lost': result.lostSpans,
  })),
)
if (values.json !== undefined) {
  const report = { node: process.version, rounds, requests, connections: CONNECTIONS, results }
  fs.writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`)
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Sample>}
 */
async function measure(env) {
  const address = /** @type {import('node:net').AddressInfo} */ (sink.address())
  const endpoint = `http://127.0.0.1:${address.port}`
  const child = fork(new URL('server.mjs', import.meta.url), {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env },
  })
  try {
    const { port } = (await once(child, 'message'))[0]
    await sendRequests({ port, connections: CONNECTIONS, count: Math.max(2000, requests / 2) })
    const before = await usage(child)
    const started = performance.now()
    await sendRequests({ port, connections: CONNECTIONS, count: requests })
    const seconds = (performance.now() - started) / 1000
    const after = await usage(child)
    const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / requests
    return {
      cpu,
      rate: requests / seconds,
      rss: after.rss,
      lost: (after.stats?.failed ?? 0) + (after.stats?.dropped ?? 0),
    }
  } finally {
    child.kill('SIGKILL')
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function usage(child) {
  child.send('usage')
  return (await once(child, 'message'))[0]
}

/** @param {string} name */
function summary(name) {
  const own = samples.get(name) ?? []
  return {
    cpu: statistics(own.map((sample) => sample.cpu)),
    rate: statistics(own.map((sample) => sample.rate)),
    rss: statistics(own.map((sample) => sample.rss)),
    lost: statistics(own.map((sample) => sample.lost)),
  }
}

/** @param {number[]} numbers */
function statistics(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const min = sorted[0] ?? NaN
  const max = sorted.at(-1) ?? NaN
  return { median: sorted[Math.floor(sorted.length / 2)] ?? NaN, max, spread: [min, max] }
}

/** @param {string[]} names */
function shuffled(names) {
  return names
    .map((name) => ({ name, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => name)
}
