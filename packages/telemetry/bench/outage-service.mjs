// @ts-check
// A service with one small route that also makes RATE spans a second for SECONDS seconds; says what became of them.
import http from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import { makeSpan } from './make-span.mjs'

const rate = Number(process.env['RATE'])
const seconds = Number(process.env['SECONDS'])

/** @type {import('@throughline/telemetry').Telemetry | undefined} */
let telemetry
if (process.env['SETUP'] === 'ours') {
  const { createTelemetry } = await import('@throughline/telemetry')
  // Spans of the requests are not counted, so that the collector gets what is made here and nothing else.
  telemetry = await createTelemetry({ serviceName: 'bench', shouldTrace: () => false })
  telemetry.start()
} else {
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  new NodeSDK().start()
}

const tracer = trace.getTracer('bench')
let made = 0
let last = { usage: process.cpuUsage(), at: performance.now() }
const server = http.createServer((_request, response) => response.end('{"count":1}'))
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))

process.on('message', (message) => {
  if (message === 'make') void make()
  else process.send?.({ made, rss: process.memoryUsage.rss(), cpu: cpuShare(), stats: telemetry?.exportStats() })
})
process.on('disconnect', () => process.exit())

/** The share of a core that was used since the last call. */
function cpuShare() {
  const { user, system } = process.cpuUsage(last.usage)
  const share = (user + system) / 1000 / (performance.now() - last.at)
  last = { usage: process.cpuUsage(), at: performance.now() }
  return share
}

async function make() {
  const started = performance.now()
  last = { usage: process.cpuUsage(), at: started }
  while (made < rate * seconds) {
    const due = Math.min(((performance.now() - started) / 1000) * rate, rate * seconds)
    for (; made < due; made += 1) makeSpan(tracer)
    await wait(5)
  }
}
