import { SpanKind, SpanStatusCode, TraceFlags, context, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'

import { serveTraceStore } from './serve-trace-store.ts'
import type { ServedTraceStore } from './serve-trace-store.ts'

interface Protocol {
  name: string
  createExporter: (served: ServedTraceStore) => SpanExporter
}

// exporter-trace-otlp-http takes its compression as an enum from a package of its own.
const GZIP = 'gzip' as never

const protocols: Protocol[] = [
  { name: 'OTLP protobuf', createExporter: ({ otlpUrl }) => new ProtobufExporter({ url: otlpUrl }) },
  {
    name: 'OTLP protobuf, gzip',
    createExporter: ({ otlpUrl }) => new ProtobufExporter({ url: otlpUrl, compression: GZIP }),
  },
  { name: 'OTLP JSON', createExporter: ({ otlpUrl }) => new JsonExporter({ url: otlpUrl }) },
  { name: 'OTLP JSON, gzip', createExporter: ({ otlpUrl }) => new JsonExporter({ url: otlpUrl, compression: GZIP }) },
  { name: 'OTLP gRPC', createExporter: ({ otlpGrpcUrl }) => new GrpcExporter({ url: otlpGrpcUrl }) },
  {
    name: 'OTLP gRPC, gzip',
    createExporter: ({ otlpGrpcUrl }) => new GrpcExporter({ url: otlpGrpcUrl, compression: GZIP }),
  },
  { name: 'Zipkin', createExporter: ({ zipkinUrl }) => new ZipkinExporter({ url: zipkinUrl }) },
]

const linked = { traceId: 'aa'.repeat(16), spanId: 'bb'.repeat(8), traceFlags: TraceFlags.SAMPLED }

async function exportTwoSpans(exporter: SpanExporter): Promise<string> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'dashboard', 'host.name': 'here' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('test-scope', '1.2.3')
  const server = tracer.startSpan('GET /api/count', { kind: SpanKind.SERVER, startTime: [1_700_000_000, 123_456_789] })
  const client = tracer.startSpan(
    'GET',
    {
      kind: SpanKind.CLIENT,
      startTime: [1_700_000_001, 0],
      links: [{ context: linked }],
      attributes: { text: 'a', whole: 42, part: 0.5, yes: true, list: ['a', 'b'] },
    },
    trace.setSpan(context.active(), server),
  )
  client.addEvent('retry', { attempt: 1 }, [1_700_000_001, 5_000_000])
  client.setStatus({ code: SpanStatusCode.ERROR, message: 'it broke' })
  client.end([1_700_000_001, 20_000_000])
  server.end([1_700_000_002, 0])
  await provider.shutdown()
  return server.spanContext().traceId
}

describe.each(protocols)('a trace exported by $name', ({ name, createExporter }) => {
  const isZipkin = name === 'Zipkin'

  it('is stored with its edge, kinds, times, error, event and service', async () => {
    await using served = await serveTraceStore()
    const traceId = await exportTwoSpans(createExporter(served))
    const stored = served.store.trace(traceId)
    expect(stored?.spans).toHaveLength(2)
    const [server, client] = stored?.spans ?? []
    expect(server).toMatchObject({
      operationName: 'GET /api/count',
      references: [],
      startTime: 1_700_000_000_123_456 + (isZipkin ? 1 : 0),
      tags: expect.arrayContaining([{ key: 'span.kind', type: 'string', value: 'server' }]) as unknown,
    })
    expect(client).toMatchObject({
      startTime: 1_700_000_001_000_000,
      duration: 20_000,
      tags: expect.arrayContaining([
        { key: 'span.kind', type: 'string', value: 'client' },
        { key: 'text', type: 'string', value: 'a' },
        { key: 'error', type: 'bool', value: true },
        { key: 'otel.status_code', type: 'string', value: 'ERROR' },
        { key: 'otel.status_description', type: 'string', value: 'it broke' },
        { key: 'internal.span.format', type: 'string', value: isZipkin ? 'zipkin' : 'otlp' },
      ]) as unknown,
      logs: [{ timestamp: 1_700_000_001_005_000 }],
    })
    expect(client?.references[0]).toEqual({ refType: 'CHILD_OF', traceID: traceId, spanID: server?.spanID })
    expect(served.store.services()).toEqual(['dashboard'])
  })
})

const otlpProtocols = protocols.filter(({ name }) => name !== 'Zipkin')

describe.each(otlpProtocols)('a trace exported by $name', ({ createExporter }) => {
  it('keeps OTLP-only data: types, links, scope, resource', async () => {
    await using served = await serveTraceStore()
    const stored = served.store.trace(await exportTwoSpans(createExporter(served)))
    expect(stored?.spans[1]?.tags).toEqual(
      expect.arrayContaining([
        { key: 'whole', type: 'int64', value: 42 },
        { key: 'part', type: 'float64', value: 0.5 },
        { key: 'yes', type: 'bool', value: true },
        { key: 'list', type: 'string', value: '["a","b"]' },
        { key: 'otel.scope.name', type: 'string', value: 'test-scope' },
        { key: 'otel.scope.version', type: 'string', value: '1.2.3' },
      ]),
    )
    expect(stored?.spans[1]?.references[1]).toEqual({
      refType: 'FOLLOWS_FROM',
      traceID: linked.traceId,
      spanID: linked.spanId,
    })
    expect(stored?.processes['p1']?.tags).toEqual([{ key: 'host.name', type: 'string', value: 'here' }])
  })
})
