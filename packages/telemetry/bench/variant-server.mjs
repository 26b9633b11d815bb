// @ts-check
import { once } from 'node:events'
import { spawnMeasured } from './cores.mjs'
import { sendRequests } from './load.mjs'
import { startSink } from './sink.mjs'
import { readSpans } from './span-shape.mjs'

const CONNECTIONS = 32
const PROBES = 20
const QUIET_MS = 500
/** After a pause V8 has shrunk the young generation, and the caches hold another process. */
const RESUME = 3000

/**
 * @typedef {object} Slice
 * @property {number} cpu µs a request, all threads of the process, export included
 * @property {number} rate requests a second
 * @property {number} rss bytes after the load
 * @property {number} buffers bytes of them outside of V8's heap, where our encoded spans are
 * @property {number} busy share of the time that the event loop was not idle
 * @property {number} gc share of the time that garbage was collected
 * @property {number} gcMicros the same, µs a request
 * @property {number} p50 milliseconds of a request
 * @property {number} p99
 * @property {number} spans a request
 * @property {number} lost spans that ended and never reached the collector
 */

/**
 * @typedef {object} ServerLoad
 * @property {number} warmUp requests until the optimizing compiler has come to rest: before, one costs half as much
 * again
 * @property {string} handler what a request does: `nothing`, `wait` (1 ms), or a call by `axios` or `fetch`
 * @property {number} headers of a request, beside those that a sidecar adds
 */

/**
 * @typedef {object} Usage
 * @property {NodeJS.CpuUsage} cpu
 * @property {number} rss
 * @property {number} arrayBuffers
 * @property {number} gcMs
 * @property {number} busyMs
 * @property {number} at
 */

/**
 * Starts a server of its own for one variant, with a collector of its own, and warms it up.
 * @param {import('./variants.mjs').Variant} variant
 * @param {ServerLoad} load
 */
export async function startVariant({ setup, sampled, env, execArgv }, { warmUp, handler, headers }) {
  const sink = await startSink({ keeps: true })
  const base = {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    DD_TRACE_AGENT_URL: sink.url,
  }
  const child = spawnMeasured('server.mjs', {
    execArgv,
    env: { ...base, OTEL_SERVICE_NAME: 'bench', SETUP: setup, HANDLER: handler, ...env },
  })
  const { port } = (await once(child, 'message'))[0]
  /** @param {number} count @param {number} [atRate] */
  const send = (count, atRate) =>
    sendRequests({ port, connections: CONNECTIONS, count, sampled, headers, ...(atRate && { rate: atRate }) })
  /** What the process has used, with everything that has ended given to its exporter. */
  const usage = async () => {
    child.send('usage')
    const [answer] = await once(child, 'message')
    return /** @type {Usage} */ (answer)
  }

  const dispose = async () => {
    // The server ends with its channel, and whatever `execArgv` asked for (a profile) is written.
    const exited = once(child, 'exit')
    child.disconnect()
    await exited
    await sink.close()
  }

  const resume = Math.min(RESUME, warmUp)
  try {
    await send(PROBES)
  } catch (error) {
    await dispose()
    throw error
  }
  await usage()
  await arrival(sink.spans, Infinity)
  const spans = sink.spans() / PROBES
  const shape = await readSpans(sink.takeExports())
  await send(warmUp)
  await usage()
  let sent = PROBES + warmUp
  await arrival(sink.spans, spans * sent)
  return {
    /** The spans of a request. */
    shape,
    /**
     * @param {number} requests
     * @param {number} [rate] requests a second; default as many as are answered
     * @returns {Promise<Slice>}
     */
    async measure(requests, rate) {
      await send(resume)
      const before = await usage()
      await arrival(sink.spans, spans * (sent += resume))
      const received = sink.spans()
      const started = performance.now()
      const latencies = (await send(requests, rate)).toSorted((a, b) => a - b)
      sent += requests
      const seconds = (performance.now() - started) / 1000
      const after = await usage()
      await arrival(sink.spans, spans * sent)
      return {
        cpu: (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / requests,
        rate: requests / seconds,
        rss: after.rss,
        buffers: after.arrayBuffers,
        busy: (after.busyMs - before.busyMs) / (after.at - before.at),
        gc: (after.gcMs - before.gcMs) / (after.at - before.at),
        gcMicros: ((after.gcMs - before.gcMs) * 1000) / requests,
        p50: latencies[Math.floor(requests * 0.5)] ?? NaN,
        p99: latencies[Math.floor(requests * 0.99)] ?? NaN,
        spans,
        // Variants that send nothing lose nothing.
        lost: spans === 0 ? 0 : spans * requests - (sink.spans() - received),
      }
    },
    [Symbol.asyncDispose]: dispose,
  }
}

/**
 * Waits until all spans have arrived, or none has for a while: a flush doesn't wait for exports already under way.
 * @param {() => number} count
 * @param {number} all
 */
async function arrival(count, all) {
  for (let last = -1, quiet = 0; count() < all && quiet < QUIET_MS; quiet += 10) {
    if (count() !== last) quiet = 0
    last = count()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
