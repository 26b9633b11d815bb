import type { JaegerProcess } from './jaeger-trace.ts'
import { estimateProcessBytes, estimateSpanBytes, spanKey } from './span-record.ts'
import type { SpanRecord } from './span-record.ts'

/** The spans of one trace, and about how much memory they hold. */
export interface StoredTrace {
  readonly spanCount: number
  /** Estimated; see {@link estimateSpanBytes}. */
  readonly bytes: number
  /** When its earliest span began, in microseconds since the epoch. */
  readonly startMicros: number
  spans: () => IterableIterator<SpanRecord>
  /** The growth by this span. */
  growth: (span: SpanRecord) => Growth
  put: (span: SpanRecord, growth: Growth) => void
}

/** The growth of a trace by a span: one span, or none if it replaces one, and bytes. */
interface Growth {
  key: string
  spans: number
  bytes: number
}

/** A trace's own objects, besides its spans. */
const TRACE_OVERHEAD = 600

/** Makes an empty trace. */
export function createStoredTrace(): StoredTrace {
  const spans = new Map<string, SpanRecord>()
  // Spans of one export share the object that describes their process, so it is counted while any of them is here.
  const users = new Map<JaegerProcess, number>()
  let bytes = TRACE_OVERHEAD
  let startMicros: number | undefined

  const growth: StoredTrace['growth'] = (span) => {
    const key = spanKey(span)
    const before = spans.get(key)
    const added = estimateSpanBytes(span) + (users.has(span.process) ? 0 : estimateProcessBytes(span.process))
    if (before === undefined) return { key, spans: 1, bytes: added }
    const isLastUser = before.process !== span.process && users.get(before.process) === 1
    return {
      key,
      spans: 0,
      bytes: added - estimateSpanBytes(before) - (isLastUser ? estimateProcessBytes(before.process) : 0),
    }
  }

  const leave = (process: JaegerProcess): void => {
    const left = (users.get(process) ?? 1) - 1
    if (left === 0) users.delete(process)
    else users.set(process, left)
  }

  return {
    get spanCount() {
      return spans.size
    },
    get bytes() {
      return bytes
    },
    get startMicros() {
      startMicros ??= [...spans.values()].reduce((start, span) => Math.min(start, span.startMicros), Infinity)
      return startMicros
    },
    spans: () => spans.values(),
    growth,
    put(span, { key, bytes: added }) {
      bytes += added
      const before = spans.get(key)
      spans.set(key, span)
      users.set(span.process, (users.get(span.process) ?? 0) + 1)
      if (before !== undefined) leave(before.process)
      startMicros = undefined
    },
  }
}
