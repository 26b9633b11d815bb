import { AsyncResource } from 'node:async_hooks'
import { context, diag, ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { suppressTracing } from '../suppress-tracing.ts'
import { createBatchSender } from './batch-sender.ts'
import type { CountedSpanProcessor, ExportStats } from './export-stats.ts'
import type { Transport } from './otlp-transport.ts'
import { createSpanRing } from './span-ring.ts'

export interface OtlpSpanProcessorOptions {
  transport: Transport
  /** The collector, for messages. */
  collector: string
  /** Limit of stored encoded spans, in bytes. */
  maxBytes: number
  /** The same in spans. Default: as many as fit. */
  maxSpans?: number | undefined
  /** Spans of a request at most. */
  batchSpans: number
  /** How long a span waits for others at most, in milliseconds. */
  delayMillis: number
  /** How long `shutdown` tries, in milliseconds. */
  shutdownMillis: number
}

/**
 * A span processor that encodes each span as it ends and keeps the bytes until the collector has acknowledged them. An
 * outage costs memory up to a bound, then the oldest spans. Nothing that a span holds or a collector answers makes it
 * throw, and every sampled span is in one of the counters in the end.
 */
export function createOtlpSpanProcessor(options: OtlpSpanProcessorOptions): CountedSpanProcessor {
  const { delayMillis, shutdownMillis } = options
  const stats: ExportStats = { exported: 0, failed: 0, dropped: 0 }
  const ring = createSpanRing({
    ...options,
    onDropped(count) {
      stats.dropped += count
      diag.warn(`dropped ${count} of the spans that wait for ${options.collector}: the buffer is full`)
    },
  })
  const sender = createBatchSender({
    ...options,
    ring,
    onExported: (count) => (stats.exported += count),
    onFailed: (count) => (stats.failed += count),
  })
  // Timers and connections must not belong to a request: they would keep its context, and be traced with it.
  const home = new AsyncResource('ThroughlineSpanProcessor')
  const outside = (fn: () => void): void => {
    home.runInAsyncScope(() => context.with(suppressTracing(ROOT_CONTEXT), fn))
  }
  let timer: NodeJS.Timeout | undefined
  let closed: Promise<void> | undefined

  const startTimer = (): void => {
    timer = setTimeout(onDue, delayMillis).unref()
  }
  const onDue = (): void => {
    timer = undefined
    sender.send(true)
  }
  const onFull = (): void => {
    clearTimeout(timer)
    timer = undefined
    sender.send(false)
  }
  const abandon = (): void => {
    clearTimeout(timer)
    sender.stop()
    stats.failed += ring.clear()
  }
  const flush = async ({ closing = false } = {}): Promise<void> => {
    const emptied = ring.emptied()
    outside(() => sender.sendNow({ last: closing }))
    await emptied
  }
  const close = async (): Promise<void> => {
    const late = setTimeout(abandon, shutdownMillis)
    await flush({ closing: true })
    clearTimeout(late)
    abandon()
  }

  return {
    onStart() {
      // A span is looked at when it has ended.
    },
    onEnd(span) {
      if (!isSampled(span)) return
      if (closed !== undefined) {
        stats.dropped += 1
        return
      }
      try {
        if (ring.add(span)) outside(onFull)
        else if (timer === undefined) outside(startTimer)
      } catch (error) {
        stats.failed += 1
        diag.error('a span has no encoding and is left out', error)
      }
    },
    forceFlush: () => closed ?? flush(),
    shutdown: () => (closed ??= close()),
    abandon,
    stats: () => ({ ...stats }),
  }
}

function isSampled(span: ReadableSpan): boolean {
  try {
    return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
  } catch {
    return false
  }
}
