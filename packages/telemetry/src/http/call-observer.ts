import { diag } from '@opentelemetry/api'
import type { Header, ShouldForward } from '@throughline/propagation'
import type { GetHeader } from './injected.ts'

/** The other end of a connection, and what is spoken on it. */
export interface Peer {
  address?: string | undefined
  port?: number | undefined
  /** `1.1`, `2`. */
  protocolVersion?: string | undefined
}

/** How a call ended; no status means no response. */
export interface CallOutcome {
  status?: number | undefined
  /** The client's error. */
  error?: unknown
  /** Who answered; unknown without a response. */
  peer?: Peer | undefined
}

/** The observer of every outgoing call of any client. `Call` identifies a call later. */
export interface CallObserver<Call> {
  /**
   * A call begins, in the context of its caller: adds its headers. Without a result, the call is not followed
   * further.
   */
  start(method: string, headers: Header[]): Call | undefined
  /** Its URL is known. */
  describe(call: Call, url: string): void
  end(call: Call, outcome: CallOutcome): void
}

/** Which calls are left alone. */
export interface CallRules {
  /**
   * Whether another instrumentation has made the span of a call and set its headers. Default: no.
   */
  isTaken?: ((get: GetHeader) => boolean) | undefined
  /** Which calls get headers, by the URL that is called. Default: all. */
  shouldForward?: (() => ShouldForward | undefined) | undefined
}

/** Adds a header to a list. */
export const ON_LIST = { set: (list: Header[], name: string, value: string) => void list.push([name, value]) }

/** An observer that sets headers and follows no call. */
export function observeStart(start: CallObserver<never>['start']): CallObserver<never> {
  return { start, describe: notFollowed, end: notFollowed }
}

function notFollowed(): void {
  // A call that is not followed has no URL and no end.
}

/** Reports an observer's error, which must not reach the program. */
export function reportFailure(error: unknown): void {
  diag.error('an outgoing call could not be traced', error)
}
