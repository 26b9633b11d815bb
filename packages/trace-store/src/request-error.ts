/** Why a request was refused: `TL_…` code and HTTP status. The message is for its sender and never holds raw input. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: string
  readonly status: number

  constructor(code: keyof typeof requestErrors, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = requestErrors[code].status
  }
}

/** Every code that the trace store answers, with its HTTP status. `docs/reference/errors.md` is made from it. */
export const requestErrors = {
  TL_TRACE_MALFORMED: { status: 400, meaning: 'the export or the query cannot be read; the message says where' },
  TL_TRACE_HOST: { status: 403, meaning: 'the Host header is not a name of the store (DNS rebinding)' },
  TL_TRACE_ORIGIN: { status: 403, meaning: 'a browser sent the request for a page of another origin' },
  TL_TRACE_NO_ROUTE: { status: 404, meaning: 'no such path here, or no such trace' },
  TL_TRACE_METHOD: { status: 405, meaning: 'the path exists, with other methods' },
  TL_TRACE_TOO_LARGE: {
    status: 413,
    meaning: 'the body is larger than the store reads, unpacked as well, or contains more values',
  },
  TL_TRACE_MEDIA_TYPE: { status: 415, meaning: 'a content type or content encoding the store does not read' },
  TL_TRACE_INTERNAL: { status: 500, meaning: 'a defect of the store itself' },
  TL_TRACE_BUSY: { status: 503, meaning: 'as many requests are in progress as the store has room for; try again' },
} as const

/** Refuses a body for its contents. */
export const malformed = (message: string, cause?: unknown): RequestError =>
  new RequestError('TL_TRACE_MALFORMED', message, cause === undefined ? undefined : { cause })

/** A library's error as one short printable line, because libraries quote their input. */
export const describeCause = (error: unknown): string =>
  (error instanceof Error ? error.message : 'unknown error').replaceAll(/[^\u0020-\u007E]+/g, ' ').slice(0, 200)
