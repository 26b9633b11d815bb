// @ts-check
// The service that is measured: Express with one small JSON route. Reports its resource use on request.
import { createRequire } from 'node:module'
import { PerformanceObserver } from 'node:perf_hooks'

const setUp = process.env['SETUP']
// Not by import: OpenTelemetry's instrumentations patch what is required after they were started.
const require = createRequire(import.meta.url)

/** @type {import('@throughline/telemetry').Telemetry | undefined} */
let telemetry
/** @type {{ _tracer: { _exporter: { flush(done: () => void): void } } } | undefined} */
let ddTrace
if (setUp === 'dd-trace') ddTrace = require(process.env['DD_TRACE'] ?? 'dd-trace').init()
if (setUp === 'ours') {
  const { createTelemetry } = await import('@throughline/telemetry')
  telemetry = await createTelemetry({ serviceName: 'bench' })
  telemetry.start()
}
if (setUp === 'drop' || setUp === 'encode') {
  const { startParts } = await import('./parts.mjs')
  await startParts(setUp)
}
if (setUp === 'stock') {
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http')
  const { ExpressInstrumentation } = await import('@opentelemetry/instrumentation-express')
  new NodeSDK({ instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()] }).start()
}

/** @type {typeof import('node:http')} */
const http = require('node:http')
/** @type {typeof import('express')} */
const express = require('express')
/** What a request does before it is answered; the call goes to the collector. */
const HANDLERS = {
  nothing: undefined,
  wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  axios: () => axios.get(upstream),
  fetch: async () => (await fetch(upstream)).arrayBuffer(),
}
const upstream = `${process.env['OTEL_EXPORTER_OTLP_ENDPOINT']}/count`
const agent = new http.Agent({ keepAlive: true })
/** @type {import('axios').AxiosInstance} */
const axios = require('axios').create({ httpAgent: agent })
const handle = HANDLERS[/** @type {keyof typeof HANDLERS} */ (process.env['HANDLER'] ?? 'nothing')]
const ANSWER = { count: 1, hostname: 'bench' }
/** Express, or what is below it: `node:http` alone, and with what Express does to each request and response first. */
const SERVERS = {
  express() {
    const app = express().disable('etag').disable('x-powered-by')
    return app.get('/', async (_request, response) => {
      if (handle !== undefined) await handle()
      response.json(ANSWER)
    })
  },
  http: () => answerByHttp,
  prototypes() {
    const request = Object.create(http.IncomingMessage.prototype)
    const response = Object.create(http.ServerResponse.prototype)
    return (
      /** @type {import('node:http').IncomingMessage} */ incoming,
      /** @type {import('node:http').ServerResponse} */ outgoing,
    ) => {
      Object.setPrototypeOf(incoming, request)
      Object.setPrototypeOf(outgoing, response)
      answerByHttp(incoming, outgoing)
    }
  },
}
let gcMs = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration
}).observe({ entryTypes: ['gc'] })
const server = http.createServer(SERVERS[/** @type {keyof typeof SERVERS} */ (process.env['SERVER'] ?? 'express')]())
// A machine that stands still for five seconds must not end connections that the load goes on with.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))

process.on('message', async () => {
  // Spans that wait for their batch belong to the requests before.
  await flush()
  const { rss, arrayBuffers } = process.memoryUsage()
  const busyMs = performance.eventLoopUtilization().active
  process.send?.({ cpu: process.cpuUsage(), rss, arrayBuffers, gcMs, busyMs, at: performance.now() })
})
process.on('disconnect', () => process.exit())

/**
 * @param {import('node:http').IncomingMessage} _request
 * @param {import('node:http').ServerResponse} response
 */
function answerByHttp(_request, response) {
  const body = JSON.stringify(ANSWER)
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}

async function flush() {
  if (telemetry !== undefined) return telemetry.flush()
  if (setUp === 'plain') return undefined
  // It has no public flush, and sends every two seconds by itself.
  if (ddTrace !== undefined) return new Promise((resolve) => ddTrace._tracer._exporter.flush(() => resolve(undefined)))
  const { trace } = await import('@opentelemetry/api')
  const provider = /** @type {import('@opentelemetry/api').ProxyTracerProvider} */ (trace.getTracerProvider())
  const sdk = /** @type {{ forceFlush?: () => Promise<void> }} */ (provider.getDelegate())
  // Batches that the exporter has no room for are refused: spans that are lost, not an error of the measurement.
  return sdk.forceFlush?.().catch(() => {})
}
