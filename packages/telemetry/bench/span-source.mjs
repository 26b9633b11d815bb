// @ts-check
// Makes RATE spans a second for SECONDS seconds, like those of a small request, and says what became of them.
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import { makeSpan } from './make-span.mjs'

const rate = Number(process.env['RATE'])
const seconds = Number(process.env['SECONDS'])
/** What one turn of the event loop makes at most: a service that has fallen behind still does its I/O in between. */
const MOST_AT_ONCE = rate / 100

/** @type {import('@throughline/telemetry').Telemetry | undefined} */
let telemetry
if (process.env['SETUP'] === 'ours') {
  const { createTelemetry } = await import('@throughline/telemetry')
  telemetry = await createTelemetry({ serviceName: 'bench' })
  telemetry.start()
} else {
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  new NodeSDK().start()
}

const tracer = trace.getTracer('bench')
const rssBefore = process.memoryUsage.rss()
let rssMost = rssBefore
let made = 0
process.on('message', () => process.send?.(telemetry?.exportStats() ?? {}))
process.on('disconnect', () => process.exit())
process.send?.('started')
const started = performance.now()
while (made < rate * seconds) {
  const due = Math.min(((performance.now() - started) / 1000) * rate, rate * seconds)
  for (let left = MOST_AT_ONCE; left > 0 && made < due; left -= 1, made += 1) makeSpan(tracer)
  rssMost = Math.max(rssMost, process.memoryUsage.rss())
  await (made < due ? nextTurn() : wait(5))
}
process.send?.({ made, rate: made / ((performance.now() - started) / 1000), memory: rssMost - rssBefore })
