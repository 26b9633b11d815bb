import type { Tracer } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { createOtlpSpanProcessor, type OtlpSpanProcessorOptions } from './otlp-span-processor.ts'
import { createOtlpTransport } from './otlp-transport.ts'
import type { CountedSpanProcessor } from './export-stats.ts'

export interface SpanSource {
  tracer: Tracer
  processor: CountedSpanProcessor
  /** Makes spans that are named by numbers, from where the last call ended. */
  make: (count: number, attribute?: string) => void
}

/** Spans that go through our processor to a collector. */
export function createSpanSource(
  url: string,
  { timeoutMillis = 5000, ...options }: Partial<OtlpSpanProcessorOptions> & { timeoutMillis?: number } = {},
): SpanSource {
  const processor = createOtlpSpanProcessor({
    transport: createOtlpTransport({
      url: `${url}/v1/traces`,
      timeoutMillis,
      compression: 'none',
      headers: async () => ({ 'content-type': 'application/x-protobuf' }),
      createAgent: async () => new (await import('node:http')).Agent({ keepAlive: true }),
    }),
    collector: url,
    maxBytes: 2 ** 25,
    batchSpans: 100,
    delayMillis: 1000,
    shutdownMillis: 5000,
    ...options,
  })
  const resource = resourceFromAttributes({ 'service.name': 'shop' })
  const tracer = new TracerProvider({ resource, spanProcessors: [processor] }).getTracer('test')
  let made = 0
  return {
    tracer,
    processor,
    make(count, attribute = '') {
      for (let left = count; left > 0; left -= 1) tracer.startSpan(String(made++), { attributes: { attribute } }).end()
    },
  }
}
