// @ts-check
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { spawnMeasured } from './cores.mjs'
import { startTroubledCollector } from './troubled-collector.mjs'

/** One request a turn, so that a pause of the event loop is seen by one of them. */
const REQUEST_MS = 5
const QUIET_MS = 8000

/**
 * @typedef {object} OutageTimes
 * @property {number} rate spans a second
 * @property {number} seconds
 * @property {{ from: number, to: number }} trouble seconds from the start
 */

/**
 * @typedef {object} OutageResult
 * @property {string} name
 * @property {number} made
 * @property {number | undefined} lost made and never received; unknown where the collector can't read what it is sent
 * @property {number} twice received more than once
 * @property {import('@throughline/telemetry').ExportStats | undefined} stats none with the SDK by itself
 * @property {{ before: number, during: number }} p99 of requests to the service, in milliseconds
 * @property {{ before: number, during: number }} cpu of the service, as a share of a core
 * @property {{ before: number, most: number, after: number }} memory resident, in bytes: just before the trouble, at
 * most, and ten seconds after it
 */

/**
 * Runs a service that makes spans, and a collector for it that has some trouble for a while.
 * @param {import('./outage-cases.mjs').OutageCase} outageCase
 * @param {OutageTimes} times
 * @returns {Promise<OutageResult>}
 */
export async function measureOutage({ name, trouble, setup, env }, { rate, seconds, trouble: { from, to } }) {
  const collector = await startTroubledCollector(trouble)
  const child = spawnMeasured('outage-service.mjs', {
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${collector.url}/api/v2/spans`,
      OTEL_EXPORTER_JAEGER_ENDPOINT: `${collector.url}/api/traces`,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_LOG_LEVEL: 'none',
      RATE: String(rate),
      SECONDS: String(seconds),
      SETUP: setup,
      ...env,
    },
  })
  const [{ port }] = await once(child, 'message')
  const ask = async () => {
    child.send('state')
    return (await once(child, 'message'))[0]
  }
  const requests = startRequests(port)
  child.send('make')
  await wait(from * 1000)
  const p99Before = requests.p99()
  const { rss: before, cpu: cpuBefore } = await ask()
  await collector.begin()
  await wait((to - from) * 1000)
  const p99During = requests.p99()
  const { cpu: cpuDuring } = await ask()
  await collector.end()
  let most = before
  for (let left = Math.ceil(seconds - to); left > 0; left -= 1) {
    most = Math.max(most, (await ask()).rss)
    await wait(1000)
  }
  await requests.stop()
  const { made, stats } = await arrival(ask, () => collector.counts().unique)
  const { rss: after } = await ask()
  const { unique, received } = collector.counts()
  child.kill('SIGKILL')
  await collector.close()
  return {
    name,
    made,
    lost: received === 0 ? undefined : made - unique,
    twice: received - unique,
    stats,
    p99: { before: p99Before, during: p99During },
    cpu: { before: cpuBefore, during: cpuDuring },
    memory: { before, most, after },
  }
}

/**
 * Sends requests to the service steadily. `p99` covers the requests since its last reading.
 * @param {number} port
 */
function startRequests(port) {
  const agent = new http.Agent({ keepAlive: true })
  /** @type {number[]} */
  let took = []
  let goesOn = true
  const run = async () => {
    while (goesOn) {
      const started = performance.now()
      try {
        const [response] = await once(http.get({ port, host: '127.0.0.1', agent }), 'response')
        await once(response.resume(), 'end')
      } catch {
        // A machine that stood still for longer than a kept-alive connection lasts.
      }
      took.push(performance.now() - started)
      await wait(REQUEST_MS)
    }
  }
  const running = run()
  return {
    p99() {
      const sorted = took.toSorted((a, b) => a - b)
      took = []
      return sorted[Math.floor(sorted.length * 0.99)] ?? NaN
    },
    async stop() {
      goesOn = false
      await running
      agent.destroy()
    },
  }
}

/**
 * Waits until everything that was made has arrived, or nothing has for a while.
 * @param {() => Promise<{ made: number, stats: import('@throughline/telemetry').ExportStats | undefined }>} ask
 * @param {() => number} count
 */
async function arrival(ask, count) {
  let state = await ask()
  const isSettled = () => {
    const { exported = 0, failed = 0, dropped = 0 } = state.stats ?? {}
    return state.stats === undefined ? count() >= state.made : exported + failed + dropped >= state.made
  }
  for (let last = -1, since = performance.now(); !isSettled() && performance.now() - since < QUIET_MS;) {
    if (count() !== last) {
      last = count()
      since = performance.now()
    }
    await wait(100)
    state = await ask()
  }
  return state
}
