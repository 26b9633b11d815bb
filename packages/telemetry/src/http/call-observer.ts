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

/** How a call ended; without a status there was no response. */
export interface CallOutcome {
  status?: number | undefined
  /** What went wrong, as the client has it. */
  error?: unknown
  /** Who answered; unknown without a response. */
  peer?: Peer | undefined
}

/** What is done to every outgoing call, whatever client makes it. `Call` is what a call is known by later. */
export interface CallObserver<Call> {
  /** A call begins, in the context of its caller: adds its headers. Without a result, the call is not followed further. */
  start(method: string, headers: Header[]): Call | undefined
  /** Its URL is known. */
  describe(call: Call, url: string): void
  end(call: Call, outcome: CallOutcome): void
}

/** Which calls are left alone. */
export interface CallRules {
  /** Whether another instrumentation has made the span of a call, and set the headers that it has. Default: none has. */
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
  // What is not followed has no URL and no end.
}

/** Reports what an observer threw: nothing of it may leave into the program. */
export function reportFailure(error: unknown): void {
  diag.error('an outgoing call could not be traced', error)
}
