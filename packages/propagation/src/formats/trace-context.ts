/** The header format a context was read from. `b3multi` is the `x-b3-*` set, `b3single` the one `b3` header. */
export type TraceFormat = 'w3c' | 'b3multi' | 'b3single'

/** One caller, as named by one header format. */
export interface TraceContext {
  readonly format: TraceFormat
  /** 32 lower-case hex digits, not all zero. A 64-bit B3 id has sixteen zeros in front. */
  readonly traceId: string
  /** 16 lower-case hex digits, not all zero: the span that made the request. */
  readonly spanId: string
  /** The span above the caller's, where B3 names it; used to recognize old contexts, never forwarded. */
  readonly parentId: string | undefined
  /** The caller's decision; `undefined` when B3 deferred it to the receiver. */
  readonly sampled: boolean | undefined
  /** B3 debug: a sampled trace that was requested by hand. */
  readonly debug: boolean
  /** The random-trace-id flag of W3C Trace Context level 2. */
  readonly random: boolean
}
