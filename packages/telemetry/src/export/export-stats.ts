import type { SpanProcessor } from '@opentelemetry/sdk-trace'

/** Spans since the start. Every sampled span that has ended is in one of them, or still on its way. */
export interface ExportStats {
  /** Taken by a backend. */
  exported: number
  /** Given to an exporter that couldn't deliver them. */
  failed: number
  /** Never given to an exporter: there was no room for them, or it had been shut down. */
  dropped: number
}

/** A span processor that knows what became of its spans. */
export interface CountedSpanProcessor extends SpanProcessor {
  stats(): ExportStats
  /** Stops at once: what is still on its way counts as failed. */
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
