// @ts-check
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { spawnMeasured } from './cores.mjs'
import { startSink } from './sink.mjs'

/** Longer than the exporter's retries, and than a batch waits. */
const QUIET_MS = 6000

/**
 * @typedef {object} ExporterResult
 * @property {string} name
 * @property {number} rate spans a second, as they were made
 * @property {number} made
 * @property {number} lost made and never received
 * @property {number | undefined} counted lost ones that `exportStats()` knows of; the SDK by itself counts none
 * @property {number} memory bytes of resident memory at most, over those before the first span
 */

/**
 * Runs one process that makes spans for some seconds, and a collector for it that may be slow.
 * @param {import('./exporter-cases.mjs').ExporterCase & { seconds: number }} exporterCase
 * @returns {Promise<ExporterResult>}
 */
export async function measureExporter({ name, setup, rate, seconds, delayMs }) {
  const sink = await startSink({ delayMs })
  const child = spawnMeasured('span-source.mjs', {
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_LOG_LEVEL: 'none',
      SETUP: setup,
      RATE: String(rate),
      SECONDS: String(seconds),
    },
  })
  await once(child, 'message')
  const [{ made, rate: achieved, memory }] = await once(child, 'message')
  await quiet(sink.spans, made)
  child.send('stats')
  const [stats] = await once(child, 'message')
  child.kill('SIGKILL')
  await sink.close()
  const counted = setup === 'ours' ? stats.failed + stats.dropped : undefined
  return { name, rate: achieved, made, lost: made - sink.spans(), counted, memory }
}

/**
 * Waits until everything has arrived, or nothing has for a while.
 * @param {() => number} count
 * @param {number} all
 */
async function quiet(count, all) {
  for (let last = -1, since = performance.now(); count() < all && performance.now() - since < QUIET_MS;) {
    if (count() !== last) {
      last = count()
      since = performance.now()
    }
    await wait(100)
  }
}
