import { buffer } from 'node:stream/consumers'
import { trace, type SpanContext } from '@opentelemetry/api'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it, vi } from 'vitest'
import { createTelemetry } from '../create-telemetry.ts'

/** Makes one span under an environment and waits until it is exported. */
async function exportOneSpan(env: NodeJS.ProcessEnv): Promise<SpanContext> {
  const telemetry = await createTelemetry({ serviceName: 'shop', env, shouldTrace: () => false })
  telemetry.start()
  const span = trace.getTracer('test').startSpan('sell a thing')
  span.end()
  await telemetry.shutdown()
  return span.spanContext()
}

describe('the jaeger exporter', () => {
  it('posts a thrift batch to OTEL_EXPORTER_JAEGER_ENDPOINT', async () => {
    const bodies: { type: string | undefined; path: string | undefined; body: Buffer }[] = []
    await using jaeger = await startServer(async (req, res) => {
      bodies.push({ type: req.headers['content-type'], path: req.url, body: await buffer(req) })
      res.writeHead(202).end()
    })
    const { traceId, spanId } = await exportOneSpan({
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_ENDPOINT: `${jaeger.url}/api/traces`,
    })
    expect(bodies).toHaveLength(1)
    const [batch] = bodies
    expect(batch).toMatchObject({ type: 'application/x-thrift', path: '/api/traces' })
    // Ids are 64-bit integers in thrift: the bytes of their hex digits.
    for (const part of [Buffer.from('shop'), Buffer.from('sell a thing'), Buffer.from(spanId, 'hex')]) {
      expect(batch?.body.includes(part)).toBe(true)
    }
    expect(batch?.body.includes(Buffer.from(traceId.slice(16), 'hex'))).toBe(true)
  })

  it('counts spans that a collector refuses as failed', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await using jaeger = await startServer((_req, res) => res.writeHead(503).end())
    const telemetry = await createTelemetry({
      serviceName: 'shop',
      env: { OTEL_TRACES_EXPORTER: 'jaeger', OTEL_EXPORTER_JAEGER_ENDPOINT: jaeger.url },
      shouldTrace: () => false,
    })
    telemetry.start()
    trace.getTracer('test').startSpan('lost').end()
    await telemetry.shutdown()
    expect(telemetry.exportStats()).toEqual({ exported: 0, failed: 1, dropped: 0 })
    vi.restoreAllMocks()
  })
})

describe('the console exporter', () => {
  it('prints a span as soon as it ends', async () => {
    const print = vi.spyOn(console, 'dir').mockReturnValue()
    await exportOneSpan({ OTEL_TRACES_EXPORTER: 'console' })
    expect(print).toHaveBeenCalledWith(expect.objectContaining({ name: 'sell a thing' }), expect.anything())
    vi.restoreAllMocks()
  })
})

describe('the span queue', () => {
  it('counts the spans that did not fit', async () => {
    await using collector = await startServer((_req, res) => res.end())
    const telemetry = await createTelemetry({
      serviceName: 'shop',
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_MAX_QUEUE_SIZE: '2',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      },
      shouldTrace: () => false,
    })
    telemetry.start()
    for (let i = 0; i < 9; i += 1) trace.getTracer('test').startSpan('many').end()
    await telemetry.shutdown()
    const { exported, failed, dropped } = telemetry.exportStats()
    expect(failed).toBe(0)
    expect(dropped).toBeGreaterThan(0)
    expect(exported + dropped).toBe(9)
  })
})
