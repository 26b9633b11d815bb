// @ts-check
// Sends requests to a port that is open already and prints their latencies: `node load-process.mjs PORT COUNT [RATE]`.
import { sendRequests } from './load.mjs'
import { spreadOf } from './statistics.mjs'

const [port = NaN, count = NaN, rate] = process.argv.slice(2).map(Number)
const started = performance.now()
const latencies = await sendRequests({
  port,
  count,
  connections: 32,
  sampled: true,
  ...(rate !== undefined && { rate }),
})
const seconds = (performance.now() - started) / 1000
const sorted = latencies.toSorted((a, b) => a - b)
const p99 = sorted[Math.floor(0.99 * sorted.length)] ?? NaN
console.log(JSON.stringify({ rate: count / seconds, p50: spreadOf(latencies).median, p99 }))
