import { clearTimeout, setTimeout } from 'node:timers'
import { diag } from '@opentelemetry/api'
import { textOf } from '../text-of.ts'
import { formatRequest } from './otlp-request.ts'
import type { Delivery, Transport } from './otlp-transport.ts'
import { reuseMemory, type SpanBatch } from './span-batch.ts'
import type { SpanRing } from './span-ring.ts'

export interface BatchSenderOptions {
  ring: SpanRing
  transport: Transport
  /** The collector, for messages. */
  collector: string
  onExported: (count: number) => void
  onFailed: (count: number) => void
}

/** Sends the batches of a ring, a few at a time, and retries for as long as the ring keeps them. */
export interface BatchSender {
  /** Sends full batches; with `all`, incomplete ones as well. Does nothing while it waits after a failure. */
  send(all: boolean): void
  /** The same without waiting any longer. What the collector has asked for is passed over the `last` time only. */
  sendNow(options: { last: boolean }): void
  /** Ends every request and sends nothing more. */
  stop(): void
}

/** A slow collector gets several batches at once; an unreachable one gets one, to see whether it is back. */
const MOST_AT_ONCE = 4
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 2500
const JITTER = 0.2
/** A proxy may refuse a long request by closing the connection. */
const RESETS_BEFORE_SPLIT = 3
const SMALLEST_SPLIT_BYTES = 2 ** 16

export function createBatchSender({
  ring,
  transport,
  collector,
  onExported,
  onFailed,
}: BatchSenderOptions): BatchSender {
  const abort = new AbortController()
  const resets = new WeakMap<SpanBatch, number>()
  let sending = 0
  let failures = 0
  let pause: { timer: NodeJS.Timeout; until: number; asked: boolean } | undefined
  let wantsAll = false

  const next = (): void => {
    while (pause === undefined && sending < (failures > 0 ? 1 : MOST_AT_ONCE) && !abort.signal.aborted) {
      const batch = ring.take(wantsAll)
      if (batch === undefined) {
        wantsAll = false
        return
      }
      sending += 1
      void sendBatch(batch).finally(() => {
        sending -= 1
        next()
      })
    }
  }

  const sendBatch = async (batch: SpanBatch): Promise<void> => {
    try {
      settle(batch, await transport(await formatRequest(batch.spans), abort.signal))
    } catch (error) {
      // A resource that can't be encoded.
      settle(batch, { outcome: 'refused', message: textOf(error) })
    }
  }

  const settle = (batch: SpanBatch, delivery: Delivery): void => {
    if (abort.signal.aborted) return
    if (delivery.outcome === 'unavailable') {
      ring.release(batch, shouldSplit(batch, delivery) ? 'split' : 'wait')
      pauseAfter(delivery)
      return
    }
    resume()
    if (delivery.outcome === 'too large' && batch.count > 1) {
      ring.release(batch, 'split')
      return
    }
    // Counted before the ring notifies its waiters.
    const { failed, message } = outcomeOf(batch, delivery)
    onExported(batch.count - failed)
    onFailed(failed)
    if (failed > 0 || message) diag.error(`${collector} refused ${failed} of ${batch.count} spans: ${message}`)
    ring.release(batch, 'leave')
    if (delivery.outcome === 'taken' && delivery.unsent !== true) reuseMemory(batch)
  }

  const shouldSplit = (batch: SpanBatch, { reset = false }: { reset?: boolean }): boolean => {
    if (!reset) return false
    const times = (resets.get(batch) ?? 0) + 1
    resets.set(batch, times)
    return times >= RESETS_BEFORE_SPLIT && batch.bytes > SMALLEST_SPLIT_BYTES
  }

  const pauseAfter = ({ message, retryAfterMs }: Extract<Delivery, { outcome: 'unavailable' }>): void => {
    diag.warn(`${collector} does not accept spans now, so they wait: ${message}`)
    const usual = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS) * (1 + JITTER * (2 * Math.random() - 1))
    const ms = Math.max(usual, retryAfterMs ?? 0)
    const until = performance.now() + ms
    // Requests that fail together count as one failure.
    if (pause === undefined) failures += 1
    else if (until <= pause.until) return
    clearTimeout(pause?.timer)
    pause = { timer: setTimeout(endPause, ms).unref(), until, asked: retryAfterMs !== undefined }
  }

  const endPause = (): void => {
    clearTimeout(pause?.timer)
    pause = undefined
    next()
  }

  const resume = (): void => {
    failures = 0
    if (pause !== undefined && !pause.asked) endPause()
  }

  return {
    send(all) {
      wantsAll ||= all
      next()
    },
    sendNow({ last }) {
      wantsAll = true
      if (pause !== undefined && (last || !pause.asked)) endPause()
      else next()
    },
    stop() {
      abort.abort()
      clearTimeout(pause?.timer)
    },
  }
}

function outcomeOf(
  { count }: SpanBatch,
  delivery: Exclude<Delivery, { outcome: 'unavailable' }>,
): { failed: number; message?: string | undefined } {
  if (delivery.outcome === 'refused') return { failed: count, message: delivery.message }
  if (delivery.outcome === 'too large') return { failed: count, message: '413 for a single span' }
  const { rejected, message } = delivery
  return { failed: Number.isSafeInteger(rejected) ? Math.min(Math.max(rejected, 0), count) : 0, message }
}
