// @ts-check
import { setMaxListeners } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startReaper } from '@throughline/lab-programs'
import { serveTraceStore } from '@throughline/trace-store'
import { ROOT } from '../root.mjs'
import { beBadClients } from './bad-clients.mjs'
import { beGoodClient } from './good-client.mjs'
import { isFlat, summarizeMemory } from './figures.mjs'
import { logFileOf, startReplaceable } from './replaceable-service.mjs'
import { startSidecar } from './sidecar.mjs'

/** The services are replaced during the first part of the time; after it their memory must stay as it is. */
const RESTARTING = 0.4
const GOOD_CLIENTS = 4
const NAMES = /** @type {const} */ (['counting', 'dashboard'])

/**
 * Both services in the memory of the chart, and every kind of bad client at once: `npm run bench -- soak [--seconds 600]`.
 * Prints what it has seen.
 * @param {string[]} args
 * @returns {Promise<number>} exit code: 1 when a good client's request failed, a service ended or its memory grew
 */
export async function soak(args) {
  const { values } = parseArgs({ args, options: { seconds: { type: 'string', default: '600' } } })
  const seconds = Number(values.seconds)
  if (!(seconds >= 10)) {
    console.error('--seconds: a number from 10 on')
    return 2
  }
  const bytes = chartMemoryBytes()
  for (const name of NAMES) {
    fs.mkdirSync(path.dirname(logFileOf(name)), { recursive: true })
    fs.rmSync(logFileOf(name), { force: true })
  }
  const store = await serveTraceStore({ otlpPort: 0, zipkinPort: 0, datadogPort: 0, queryPort: 0 })
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl, TRACE_QUERY_URL: store.queryUrl }
  const reaper = await startReaper()
  const counting = await startReplaceable('counting', { bytes, env, reaper })
  const sidecar = await startSidecar(counting.url)
  const dashboard = await startReplaceable('dashboard', {
    bytes,
    reaper,
    env: { ...env, COUNTING_SERVICE_URL: sidecar.url, TRAFFIC: '10' },
  })
  const services = { counting, dashboard }
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  try {
    console.error(`Soaking for ${seconds} s …`)
    const good = Array.from({ length: GOOD_CLIENTS }, () => beGoodClient(dashboard.url, stop.signal))
    const bad = beBadClients({ dashboard: dashboard.url, counting: counting.url }, stop.signal)
    const restarts = await replaceAlternately(services, performance.now() + seconds * 1000 * RESTARTING)
    const samples = await sample(services, seconds * 1000 * (1 - RESTARTING))
    stop.abort()
    const [clients, made] = await Promise.all([Promise.all(good), bad])
    return report({ seconds, services, restarts, samples, clients, made, bytes })
  } finally {
    stop.abort()
    await dashboard.close()
    sidecar.close()
    await counting.close()
    await store.close()
    await reaper.close()
  }
}

/** What the charts let each app have. */
function chartMemoryBytes() {
  const values = fs.readFileSync(`${ROOT}/charts/service/values.yaml`, 'utf8')
  return Number(/^ {2}limits:\n(?: {4}.*\n)*? {4}memory: (\d+)Mi$/m.exec(values)?.[1]) * 1024 * 1024
}

/**
 * @typedef {Awaited<ReturnType<typeof startReplaceable>>} Service
 * @typedef {Record<'counting' | 'dashboard', Service>} Services
 * @param {Services} services
 * @param {number} until
 * @returns how each process ended that was replaced
 */
async function replaceAlternately(services, until) {
  const ends = []
  for (let turn = 0; performance.now() < until; turn += 1) {
    await delay(Math.min(3000, Math.max(0, until - performance.now())))
    ends.push(await services[turn % 2 === 0 ? 'counting' : 'dashboard'].replace())
  }
  return ends
}

/**
 * @param {Services} services
 * @param {number} ms
 */
async function sample({ counting, dashboard }, ms) {
  /** @type {Record<keyof Services, number[]>} */
  const samples = { counting: [], dashboard: [] }
  const until = performance.now() + ms
  while (performance.now() < until) {
    await delay(Math.min(1000, ms / 30))
    samples.counting.push(counting.memory().resident)
    samples.dashboard.push(dashboard.memory().resident)
  }
  return samples
}

/**
 * @param {{
 *   seconds: number
 *   services: Services
 *   restarts: string[]
 *   samples: Record<keyof Services, number[]>
 *   clients: Awaited<ReturnType<typeof beGoodClient>>[]
 *   made: Awaited<ReturnType<typeof beBadClients>>
 *   bytes: number
 * }} seen
 */
function report({ seconds, services, restarts, samples, clients, made, bytes }) {
  const durations = clients.flatMap((client) => client.durations).toSorted((a, b) => a - b)
  const failures = clients.flatMap((client) => client.failures)
  const again = clients.reduce((sum, client) => sum + client.again, 0)
  const [p50, p99] = [0.5, 0.99].map((share) => durations[Math.floor(share * durations.length)] ?? Number.NaN)
  console.log(`${seconds} s on Node ${process.version}, each service in ${bytes / 1024 / 1024} MiB`)
  console.table({
    'requests of good clients': durations.length + failures.length,
    'that failed': failures.length,
    'asked again on a closed connection': again,
    'median ms': Math.round(p50 ?? 0),
    'p99 ms': Math.round(p99 ?? 0),
    'hostile requests': made.hostile,
    'requests a byte at a time': made.slow,
    'silent connections': made.silent,
    'streams and answers unread': made.unread,
    'processes replaced': restarts.length,
  })
  console.table(
    Object.fromEntries(NAMES.map((name) => [name, summarizeMemory(samples[name], services[name].memory().peak)])),
  )
  const problems = [
    ...failures.slice(0, 10).map((failure) => `a good client's request failed: ${failure}`),
    ...(failures.length > 10 ? [`… and ${failures.length - 10} more`] : []),
    ...(durations.length === 0 ? ['no good client had an answer'] : []),
    ...restarts.filter((end) => end !== 'exit code 0').map((end) => `a process that was replaced ended with ${end}`),
    ...NAMES.flatMap((name) => {
      const end = services[name].ended()
      return end === undefined ? [] : [`${name} ended with ${end}`]
    }),
    ...NAMES.filter((name) => !isFlat(samples[name])).map((name) => `the memory of ${name} grows`),
  ]
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) console.error(`What the services wrote: ${NAMES.map(logFileOf).join(', ')}`)
  return problems.length === 0 ? 0 : 1
}
