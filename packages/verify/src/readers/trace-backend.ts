import type { Span } from '../evidence/span.ts'

/** A time in which probes ran, in µs since the epoch. */
interface TimeWindow {
  startUs: number
  endUs: number
}

/** Something that holds spans. Every method rejects with a `BackendError` when it can't answer. */
export interface TraceBackend {
  /** `jaeger`, `zipkin`, `tempo`, `otlp-file`, `listen`. */
  kind: string
  /** Whether `search` finds anything; Tempo without search and the like read by id only. */
  searchable: boolean
  /** Spans of one trace; none when it is not there (yet). */
  trace: (traceId: string) => Promise<Span[]>
  /** Spans of all traces in that time; of these services first, where the backend must be asked by service. */
  search: (window: TimeWindow, services: readonly string[]) => Promise<Span[]>
  close?: () => Promise<void>
}

/** The backend can't be read; the message says what it answered, and what to check. */
export class BackendError extends Error {
  override readonly name = 'BackendError'
}
