import { createNoopMeter, type Attributes, type MeterProvider } from '@opentelemetry/api'

/** Spans since the start, added up over all exporters. */
export interface ExportStats {
  /** Taken by a backend. */
  exported: number
  /** Given to an exporter that couldn't deliver them. */
  failed: number
  /** Never given to an exporter: the queue was full. */
  dropped: number
}

/**
 * Counts what becomes of spans. The SDK's span processors report it to a meter as `otel.sdk.processor.span.processed`
 * (OpenTelemetry semantic conventions, SDK metrics); this meter keeps that one counter and needs no metrics SDK.
 */
export function createExportStats(): { meterProvider: MeterProvider; read(): ExportStats } {
  const stats: ExportStats = { exported: 0, failed: 0, dropped: 0 }
  const meter = createNoopMeter()
  meter.createCounter = (name) => ({
    add(count: number, attributes?: Attributes) {
      if (name !== 'otel.sdk.processor.span.processed') return
      stats[outcome(attributes?.['error.type'])] += count
    },
  })
  return { meterProvider: { getMeter: () => meter }, read: () => ({ ...stats }) }
}

function outcome(errorType: unknown): keyof ExportStats {
  if (errorType === undefined) return 'exported'
  return errorType === 'queue_full' ? 'dropped' : 'failed'
}
