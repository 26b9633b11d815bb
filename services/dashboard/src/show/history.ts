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
  durationMs: number
  /** ISO 8601. */
  at: string
}

/** Entries after a cursor. */
interface HistoryPage {
  /** True when `entries` does not follow on from the cursor: it is of another process, or too old. */
  reset: boolean
  entries: HistoryEntry[]
}

export interface History {
  add(entry: Omit<HistoryEntry, 'seq'>, explanation: HopExplanation): HistoryEntry
  /** The cursor of an entry, `<process>-<seq>`; default the newest one. */
  cursor(entry?: HistoryEntry): string
  /** What came after a cursor; the newest entries when the cursor is unknown. */
  after(cursor: string | undefined): HistoryPage
  /** The newest request of that trace. */
  explanation(traceId: string): { entry: HistoryEntry; explanation: HopExplanation } | undefined
  /** Returns a function that unsubscribes. */
  subscribe(listener: (entry: HistoryEntry) => void): () => void
}

interface Kept {
  entry: HistoryEntry
  explanation: HopExplanation
}

/** The last requests in memory, oldest dropped first. `limit`: how many, default 2000 (about 4 MB). */
export function createHistory({ limit = 2000, page = 600 }: { limit?: number; page?: number } = {}): History {
  // Two processes must not accept each other's cursors.
  const boot = randomBytes(4).toString('hex')
  const kept: Kept[] = []
  const listeners = new Set<(entry: HistoryEntry) => void>()
  let seq = 0

  return {
    add(values, explanation) {
      const entry = { seq: ++seq, ...values }
      kept.push({ entry, explanation })
      // In blocks: shifting an array of thousands at every request is wasted work.
      if (kept.length > limit * 1.2) kept.splice(0, kept.length - limit)
      for (const listener of listeners) listener(entry)
      return entry
    },
    cursor: (entry) => `${boot}-${entry?.seq ?? seq}`,
    after(cursor) {
      const [process, seqText = ''] = cursor?.split('-') ?? []
      const from = process === boot && /^\d{1,15}$/.test(seqText) ? Number(seqText) : undefined
      const newest = kept.slice(-page).map(({ entry }) => entry)
      const oldest = newest[0]?.seq ?? 1
      if (from === undefined || from > seq || from < oldest - 1) return { reset: true, entries: newest }
      return { reset: false, entries: newest.filter((entry) => entry.seq > from) }
    },
    explanation: (traceId) => kept.findLast(({ entry }) => entry.traceId === traceId),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
