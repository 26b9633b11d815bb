import { AsyncResource } from 'node:async_hooks'
import { clearTimeout, setTimeout } from 'node:timers'
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

/** Encoding several in a row takes a fraction of the time: code and buffer are in the processor's caches. */
const ENCODED_AT_ONCE = 16

/**
 * A span processor that encodes spans soon after their end and keeps the bytes until the collector has acknowledged them. An
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
  const ended: ReadableSpan[] = []
  let timer: NodeJS.Timeout | undefined
  let closed: Promise<void> | undefined

  /** Encodes what has ended. Returns whether a batch is full now. */
  const encodeEnded = (): boolean => {
    let isFull = false
    for (const span of ended.splice(0)) {
      try {
        if (ring.add(span)) isFull = true
      } catch (error) {
        stats.failed += 1
        diag.error('a span has no encoding and is left out', error)
      }
    }
    return isFull
  }
  const startTimer = (): void => {
    timer = setTimeout(onDue, delayMillis).unref()
  }
  const onDue = (): void => {
    timer = undefined
    encodeEnded()
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
    stats.failed += ring.clear() + ended.splice(0).length
  }
  const flush = async ({ closing = false } = {}): Promise<void> => {
    encodeEnded()
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
      if (ended.push(span) >= ENCODED_AT_ONCE && encodeEnded()) outside(onFull)
      else if (timer === undefined) outside(startTimer)
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
