import { randomBytes } from 'node:crypto'
import type { CallState } from '../call-outcome.ts'
import type { HopExplanation } from './explanation.ts'

/** One request as the page draws it. */
interface HistoryEntry {
  /** One more for each request of this process. */
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

/** Entries after a place in the history. */
interface HistoryPage {
  /** Of this process: with another one, or with a place too far back, `entries` does not join what came before. */
  reset: boolean
  entries: HistoryEntry[]
}

export interface History {
  add(entry: Omit<HistoryEntry, 'seq'>, explanation: HopExplanation): HistoryEntry
  /** The name of a place: `<process>-<seq>`, or of the newest one. */
  cursor(entry?: HistoryEntry): string
  /** What came after a place; the newest entries when the place is unknown. */
  after(cursor: string | undefined): HistoryPage
  /** The newest request of that trace. */
  explanation(traceId: string): { entry: HistoryEntry; explanation: HopExplanation } | undefined
  /** Returns the way to stop. */
  subscribe(listener: (entry: HistoryEntry) => void): () => void
}

interface Kept {
  entry: HistoryEntry
  explanation: HopExplanation
}

/** The last requests in memory, oldest dropped first. `limit`: how many, default 2000 (about 4 MB). */
export function createHistory({ limit = 2000, page = 600 }: { limit?: number; page?: number } = {}): History {
  // Two processes must not take each other's places for their own.
  const boot = randomBytes(4).toString('hex')
  const kept: Kept[] = []
  const listeners = new Set<(entry: HistoryEntry) => void>()
  let seq = 0

  return {
    add(values, explanation) {
      const entry = { seq: ++seq, ...values }
      kept.push({ entry, explanation })
      // In blocks: shifting one of a thousand at every request is work for nothing.
      if (kept.length > limit * 1.2) kept.splice(0, kept.length - limit)
      for (const listener of listeners) listener(entry)
      return entry
    },
    cursor: (entry) => `${boot}-${entry?.seq ?? seq}`,
    after(cursor) {
      const [process, place = ''] = cursor?.split('-') ?? []
      const from = process === boot && /^\d{1,15}$/.test(place) ? Number(place) : undefined
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
