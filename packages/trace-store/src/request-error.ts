/** Why a request was refused: `TL_…` code and HTTP status. The message is for the one who sent it, and never holds raw input. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: string
  readonly status: number

  constructor(code: keyof typeof requestErrors, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = requestErrors[code]
  }
}

/** Every code a client of the trace store can meet, with its HTTP status. */
export const requestErrors = {
  TL_TRACE_MALFORMED: 400,
  TL_TRACE_NO_ROUTE: 404,
  TL_TRACE_METHOD: 405,
  TL_TRACE_TOO_LARGE: 413,
  TL_TRACE_MEDIA_TYPE: 415,
  TL_TRACE_INTERNAL: 500,
} as const

/** Refuses a body for what it holds. */
export const malformed = (message: string, cause?: unknown): RequestError =>
  new RequestError('TL_TRACE_MALFORMED', message, cause === undefined ? undefined : { cause })

/** What a library's error says, as one short printable line: libraries quote their input. */
export const describeCause = (error: unknown): string =>
  (error instanceof Error ? error.message : 'unknown error').replaceAll(/[^\u0020-\u007E]+/g, ' ').slice(0, 200)
