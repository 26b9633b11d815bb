import { clearTimeout, setTimeout } from 'node:timers'
import { createNoopMeter, diag, TraceFlags, type Attributes, type MeterProvider } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'
import { textOf } from '../text-of.ts'
import type { CountedSpanProcessor, ExportStats } from './export-stats.ts'

/** `ExportResult` of `@opentelemetry/core`. */
type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0]
const { SUCCESS, FAILED } = { SUCCESS: 0, FAILED: 1 } as unknown as Record<'SUCCESS' | 'FAILED', ExportResult['code']>

/** What one of the SDK's span processors is made of. */
export interface ProcessorParts {
  exporter: SpanExporter
  selfObsMeterProvider: MeterProvider
}

export interface CountedProcessorOptions {
  /** How long an export may take, in milliseconds; `Infinity` for no limit. */
  timeoutMillis: number
  /** Spans of the last successful export that the backend rejected. */
  takeRejected?: (() => number) | undefined
}

/**
 * Makes one of the SDK's span processors account for every span. By itself it forgets those of an exporter that throws
 * or never answers, and those that still wait when it is given up; and its `forceFlush` doesn't wait for a batch that
 * is on its way.
 */
export function createCountedProcessor(
  exporter: SpanExporter,
  create: (parts: ProcessorParts) => SpanProcessor,
  { timeoutMillis, takeRejected = () => 0 }: CountedProcessorOptions,
): CountedSpanProcessor {
  const stats: ExportStats = { exported: 0, failed: 0, dropped: 0 }
  const exports = new Set<Promise<void>>()
  let made = 0
  let closed = false
  let abandoned = false

  const exportSpans = async (spans: ReadableSpan[], onResult: (result: ExportResult) => void): Promise<void> => {
    const { rejected, ...result } = await exportWithin(exporter, spans, { timeoutMillis, takeRejected })
    if (!abandoned) {
      stats.exported += spans.length - rejected
      stats.failed += rejected
    }
    onResult(result)
  }
  const processor = create({
    exporter: {
      export(spans, onResult) {
        const done = exportSpans(spans, onResult).finally(() => exports.delete(done))
        exports.add(done)
      },
      shutdown: () => exporter.shutdown(),
      ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
    },
    selfObsMeterProvider: countQueueFull((count) => (stats.dropped += count)),
  })
  const flush = async (): Promise<void> => {
    const flushed = await Promise.allSettled([processor.forceFlush(), ...exports])
    for (const result of flushed)
      if (result.status === 'rejected') diag.warn('spans were not delivered:', result.reason)
  }

  return {
    onStart: (span, parent) => processor.onStart(span, parent),
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
      made += 1
      if (closed) {
        stats.dropped += 1
        return
      }
      processor.onEnd(span)
    },
    forceFlush: flush,
    async shutdown() {
      closed = true
      await flush()
      await processor.shutdown()
    },
    abandon() {
      closed = true
      abandoned = true
      stats.failed = made - stats.exported - stats.dropped
    },
    stats: () => ({ ...stats }),
  }
}

/** Exports once, and resolves whatever the exporter does. */
function exportWithin(
  exporter: SpanExporter,
  spans: ReadableSpan[],
  { timeoutMillis, takeRejected }: { timeoutMillis: number; takeRejected: () => number },
): Promise<ExportResult & { rejected: number }> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const finish = (result: ExportResult): void => {
      clearTimeout(timer)
      const rejected = takeRejected()
      const { length } = spans
      resolve({ ...result, rejected: result.code === SUCCESS ? Math.min(rejected, length) : length })
    }
    const fail = (error: unknown): void => {
      finish({ code: FAILED, error: error instanceof Error ? error : new Error(textOf(error)) })
    }
    if (timeoutMillis !== Infinity) {
      timer = setTimeout(() => fail(new Error(`no answer in ${timeoutMillis} ms`)), timeoutMillis).unref()
    }
    try {
      exporter.export(spans, finish)
    } catch (error) {
      fail(error)
    }
  })
}

/**
 * The SDK's span processors say that their queue was full to a meter, as `otel.sdk.processor.span.processed`
 * (OpenTelemetry semantic conventions, SDK metrics); this one keeps that one counter and needs no metrics SDK.
 */
function countQueueFull(onDropped: (count: number) => void): MeterProvider {
  const meter = createNoopMeter()
  meter.createCounter = (name) => ({
    add(count: number, attributes?: Attributes) {
      const isFull = attributes?.['error.type'] === 'queue_full'
      if (name === 'otel.sdk.processor.span.processed' && isFull) onDropped(count)
    },
  })
  return { getMeter: () => meter }
}
