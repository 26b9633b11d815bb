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
  /**
   * Asked only when nothing was found: rejects when what answers is not such a backend. Several answer 404 for a trace
   * that they don't have, as any other server does.
   */
  confirm?: () => Promise<void>
  close?: () => Promise<void>
}

/** The backend can't be read; the message says what it answered, and what to check. */
export class BackendError extends Error {
  override readonly name: string = 'BackendError'
}

/** No backend of any kind can be read at that address, or not with these credentials: asking for another is no use. */
export class BackendUnreachableError extends BackendError {
  override readonly name = 'BackendUnreachableError'
}
