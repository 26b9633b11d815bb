import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { openBatch, splitBatch, type SpanBatch } from './span-batch.ts'

export interface SpanRingOptions {
  /** Limit of stored encoded spans, in bytes. */
  maxBytes: number
  /** The same in spans. Default: as many as fit. */
  maxSpans?: number | undefined
  /** Spans of a batch at most. */
  batchSpans: number
  /** Called with the number of spans for which there was no room. */
  onDropped: (count: number) => void
}

/** Encoded spans from their end until they are acknowledged, bounded in bytes: the oldest are dropped first. */
export interface SpanRing {
  /** Spans and bytes that are kept now, those being sent included. */
  readonly count: number
  readonly bytes: number
  /** Encodes a span. Throws when it has no encoding. Returns whether a batch is full now. */
  add(span: ReadableSpan): boolean
  /** Returns the oldest batch to send, which stays in the ring. With `all`, an incomplete one as well. */
  take(all: boolean): SpanBatch | undefined
  /** Ends the sending of a batch: it waits again, by age, as one or as two halves; or it leaves the ring. */
  release(batch: SpanBatch, then: 'wait' | 'split' | 'leave'): void
  /** Resolves when all current spans have left the ring. */
  emptied(): Promise<void>
  /** Removes everything and returns the number of spans. */
  clear(): number
}

/** A request is no longer than this, unless one span is: collectors and proxies have limits, from 1 MB on. */
const BATCH_BYTES = 2 ** 20

export function createSpanRing({ maxBytes, maxSpans = Infinity, batchSpans, onDropped }: SpanRingOptions): SpanRing {
  // Batches being sent can't be dropped, so they must be a small part.
  const batchBytes = Math.min(BATCH_BYTES, maxBytes / 8)
  const waiting: SpanBatch[] = []
  const sending = new Set<SpanBatch>()
  let awaiting: { upTo: number; resolve: () => void }[] = []
  let open = openBatch()
  let order = 0
  let closedSpans = 0
  let closedBytes = 0

  const closeOpen = (): void => {
    if (open.count === 0) return
    const batch = open.close(order++)
    waiting.push(batch)
    closedSpans += batch.count
    closedBytes += batch.bytes
    open = openBatch()
  }
  const forget = (batch: SpanBatch): void => {
    closedSpans -= batch.count
    closedBytes -= batch.bytes
  }
  const settle = (): void => {
    if (awaiting.length === 0) return
    const oldest = Math.min(order, ...[...waiting, ...sending].map((batch) => batch.order))
    for (const { upTo, resolve } of awaiting) if (upTo <= oldest) resolve()
    awaiting = awaiting.filter(({ upTo }) => upTo > oldest)
  }
  /** Returns false if nothing is left to drop. */
  const dropOldest = (): boolean => {
    const oldest = waiting.shift()
    if (oldest === undefined) return false
    forget(oldest)
    onDropped(oldest.count)
    settle()
    return true
  }
  const isOver = (): boolean => closedBytes + open.bytes > maxBytes

  const ring: SpanRing = {
    get count() {
      return closedSpans + open.count
    },
    get bytes() {
      return closedBytes + open.bytes
    },
    add(span) {
      if (ring.count >= maxSpans && !dropOldest()) {
        onDropped(1)
        return false
      }
      if (!open.add(span, maxBytes)) {
        // It would have all others make room for nothing.
        onDropped(1)
        return false
      }
      while (isOver() && dropOldest());
      if (isOver()) {
        // A span of many megabytes, while all others are being sent.
        onDropped(open.count)
        open = openBatch()
      }
      const isFull = open.count >= batchSpans || open.bytes >= batchBytes
      if (isFull) closeOpen()
      return isFull
    },
    take(all) {
      if (all && waiting.length === 0) closeOpen()
      const batch = waiting.shift()
      if (batch !== undefined) sending.add(batch)
      return batch
    },
    release(batch, then) {
      // Cleared meanwhile.
      if (!sending.delete(batch)) return
      const halves = then === 'split' ? splitBatch(batch) : undefined
      if (then === 'leave') forget(batch)
      else {
        const at = waiting.findIndex((queued) => queued.order > batch.order)
        waiting.splice(at === -1 ? waiting.length : at, 0, ...(halves ?? [batch]))
      }
      settle()
    },
    async emptied() {
      closeOpen()
      if (ring.count > 0) await new Promise<void>((resolve) => awaiting.push({ upTo: order, resolve }))
    },
    clear() {
      const { count } = ring
      waiting.length = 0
      sending.clear()
      open = openBatch()
      closedSpans = 0
      closedBytes = 0
      settle()
      return count
    },
  }
  return ring
}
