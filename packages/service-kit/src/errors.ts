/** Errors by code, each with its HTTP status and its meaning in a few words. */
export type ErrorCatalogue = Readonly<Record<`TL_${string}`, { status: number; meaning: string }>>

/**
 * Every error a service of this project can answer with: code → HTTP status and what it means.
 * `docs/reference/errors.md` holds one row for each; a test compares the two.
 */
export const ERRORS = {
  TL_CONFIG: { status: 500, meaning: 'an environment variable has a value the service cannot use' },
  TL_PORT_IN_USE: { status: 500, meaning: 'another program listens where the service should' },
  TL_LISTEN: { status: 500, meaning: 'the address the service should listen on cannot be used' },
  TL_PAGE_UNREADABLE: { status: 500, meaning: 'a file of the page cannot be read, so the dashboard does not start' },
  TL_BAD_REQUEST: { status: 400, meaning: 'the request cannot be read' },
  TL_HOST: {
    status: 403,
    meaning: 'the Host header is not a name of the service (DNS rebinding); ALLOWED_HOSTS adds one',
  },
  TL_ORIGIN: { status: 403, meaning: 'a page of another origin tried to use the controls' },
  TL_NOT_FOUND: { status: 404, meaning: 'no such route' },
  TL_CONTROLS_OFF: { status: 404, meaning: 'the dashboard has no control API configured' },
  TL_FAULTS_OFF: { status: 404, meaning: 'faults are disabled: FAULTS is not on' },
  TL_TRACES_OFF: { status: 404, meaning: 'the dashboard has no trace backend configured' },
  TL_TRACE_NOT_FOUND: { status: 404, meaning: 'the trace backend does not have that trace (yet)' },
  TL_REQUEST_NOT_KEPT: { status: 404, meaning: 'the dashboard has no request with that trace id (any more)' },
  TL_METHOD_NOT_ALLOWED: { status: 405, meaning: 'the route exists, with other methods' },
  TL_TOO_LARGE: { status: 413, meaning: 'the body is larger than the route reads' },
  TL_INTERNAL: { status: 500, meaning: 'a defect of the service itself' },
  TL_BUSY: {
    status: 503,
    meaning: 'too many requests are in progress; `Retry-After` says when to try again',
  },
  TL_TOO_MANY_STREAMS: { status: 503, meaning: 'as many event streams are open as the dashboard serves' },
  TL_FAULT: { status: 503, meaning: 'a requested failure (FAULTS=on)' },
  TL_CONTROL_UNREACHABLE: { status: 502, meaning: 'the control API did not answer' },
  TL_TRACES_UNREACHABLE: { status: 502, meaning: 'the trace backend did not answer' },
  TL_UPSTREAM_DENIED: { status: 502, meaning: 'the mesh denied the call to counting (HTTP 403 from a proxy)' },
  TL_UPSTREAM_FAILED: { status: 502, meaning: 'counting itself answered with an error' },
  TL_UPSTREAM_PROXY: { status: 502, meaning: 'a proxy on the way answered instead of counting' },
  TL_UPSTREAM_REFUSED: { status: 502, meaning: 'nothing listens at the upstream address' },
  TL_UPSTREAM_RESET: {
    status: 502,
    meaning: 'the connection was reset: a TCP-level denial, a port that wants mTLS and a crash look the same',
  },
  TL_UPSTREAM_NETWORK: { status: 502, meaning: 'the call to counting failed before an answer came' },
  TL_UPSTREAM_INVALID: { status: 502, meaning: 'something answered, but not with a count' },
  TL_UPSTREAM_TIMEOUT: { status: 504, meaning: 'counting did not answer within UPSTREAM_TIMEOUT_MS' },
} as const satisfies ErrorCatalogue

/** A code of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS

/** An error with a code of the catalogue. Its message is for the reader of the answer or the log. */
export class ServiceError extends Error {
  readonly code: ErrorCode
  /** HTTP status to answer with. */
  readonly status: number

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ServiceError'
    this.code = code
    this.status = ERRORS[code].status
  }
}
