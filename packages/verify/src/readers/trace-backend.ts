import type { Span } from '../evidence/span.ts'

/** A time in which probes ran, in µs since the epoch. */
interface TimeWindow {
  startUs: number
  endUs: number
}

/** A source of spans. Every method rejects with a `BackendError` when it can't answer. */
export interface TraceBackend {
  /** `jaeger`, `zipkin`, `tempo`, `otlp-file`, `listen`. */
  kind: string
  /** Whether `search` is supported; backends such as Tempo without search read by id only. */
  searchable: boolean
  /** Spans of one trace; empty while it is missing. */
  trace: (traceId: string) => Promise<Span[]>
  /** Spans of all traces in that time; of these services first, where the backend searches by service. */
  search: (window: TimeWindow, services: readonly string[]) => Promise<Span[]>
  close?: () => Promise<void>
}

/** The backend can't be read; the message says what it answered, and what to check. */
export class BackendError extends Error {
  override readonly name = 'BackendError'
}
