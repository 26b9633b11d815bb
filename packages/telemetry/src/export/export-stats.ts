import type { SpanProcessor } from '@opentelemetry/sdk-trace'

/** Spans since the start. Every sampled span that has ended is in one of them, or still in progress. */
export interface ExportStats {
  /** Accepted by a backend. */
  exported: number
  /** Lost by an exporter that couldn't deliver them. */
  failed: number
  /** Never passed to an exporter, which was full or had been shut down. */
  dropped: number
}

/** A span processor that counts the outcome of its spans. */
export interface CountedSpanProcessor extends SpanProcessor {
  stats(): ExportStats
  /** Stops at once: spans in progress count as failed. */
  abandon(): void
}

/** Adds up over all exporters. */
export function sumStats(processors: readonly CountedSpanProcessor[]): ExportStats {
  const sum: ExportStats = { exported: 0, failed: 0, dropped: 0 }
  for (const { exported, failed, dropped } of processors.map((processor) => processor.stats())) {
    sum.exported += exported
    sum.failed += failed
    sum.dropped += dropped
  }
  return sum
}
