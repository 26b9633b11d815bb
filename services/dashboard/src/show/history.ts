import { randomBytes } from 'node:crypto'
import type { CallState } from '../call-outcome.ts'
import type { HopExplanation } from './explanation.ts'

/** One request, as the page draws it. */
interface HistoryEntry {
  /** Number of the request within this process, from 1. */
  seq: number
  state: CallState
  count: number | null
  hostname: string | null
  status: number | null
  code: string | null
  reason: string | null
  traceId: string | null
  /** False: the dashboard reports no spans, and the trace is that of the sidecars. */
  appSpans?: false
  durationMs: number
  /** ISO 8601. */
  at: string
}

/** Entries after a cursor. */
interface HistoryPage {
  /** True when `entries` does not continue from the cursor, which is from another process or too old. */
  reset: boolean
  entries: HistoryEntry[]
}

export interface History {
  add(entry: Omit<HistoryEntry, 'seq'>, explanation: HopExplanation): HistoryEntry
  /** The cursor of an entry, `<process>-<seq>`; default the newest one. */
  cursor(entry?: HistoryEntry): string
  /** The entries after a cursor; the newest entries if the cursor is unknown. */
  after(cursor: string | undefined): HistoryPage
  /** The newest request of that trace. */
  explanation(traceId: string): { entry: HistoryEntry; explanation: HopExplanation } | undefined
  /** Returns a function that unsubscribes. */
  subscribe(listener: (entry: HistoryEntry) => void): () => void
}

interface StoredRequest {
  entry: HistoryEntry
  /** As JSON, because a slice of a long header would keep the whole header in memory. */
  explanation: string
  bytes: number
}

export interface HistoryOptions {
  /** Most requests kept. Default 2000. */
  limit?: number
  /** Most memory they may take, in bytes. Default 8 MiB. */
  maxBytes?: number
  /** Most entries that `after` returns. Default 600. */
  page?: number
}

/** V8's memory for the objects of an entry, besides its text. */
const ENTRY_OVERHEAD = 500

/** The last requests in memory, oldest dropped first. */
export function createHistory(options: HistoryOptions = {}): History {
  const { limit = 2000, maxBytes = 8 * 1024 * 1024, page = 600 } = options
  // Two processes must not accept each other's cursors.
  const boot = randomBytes(4).toString('hex')
  const records: StoredRequest[] = []
  const listeners = new Set<(entry: HistoryEntry) => void>()
  let seq = 0
  let bytes = 0

  const dropOldest = (count: number): void => {
    for (const dropped of records.splice(0, count)) bytes -= dropped.bytes
  }

  return {
    add(values, explanation) {
      const text = JSON.stringify({ seq: ++seq, ...values })
      const entry = JSON.parse(text) as HistoryEntry
      const added = { entry, explanation: JSON.stringify(explanation), bytes: 0 }
      added.bytes = ENTRY_OVERHEAD + 2 * (text.length + added.explanation.length)
      records.push(added)
      bytes += added.bytes
      // In blocks: shifting an array of thousands at every request is wasted work.
      if (records.length > limit * 1.2) dropOldest(records.length - limit)
      while (bytes > maxBytes && records.length > 1) dropOldest(Math.ceil(records.length / 10))
      for (const listener of listeners) listener(entry)
      return entry
    },
    cursor: (entry) => `${boot}-${entry?.seq ?? seq}`,
    after(cursor) {
      const [process, seqText = ''] = cursor?.split('-') ?? []
      const from = process === boot && /^\d{1,15}$/.test(seqText) ? Number(seqText) : undefined
      const newest = records.slice(-page).map(({ entry }) => entry)
      const oldest = newest[0]?.seq ?? 1
      if (from === undefined || from > seq || from < oldest - 1) return { reset: true, entries: newest }
      return { reset: false, entries: newest.filter((entry) => entry.seq > from) }
    },
    explanation: (traceId) => {
      const found = records.findLast(({ entry }) => entry.traceId === traceId)
      return found && { entry: found.entry, explanation: JSON.parse(found.explanation) as HopExplanation }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
