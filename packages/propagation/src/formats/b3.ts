import { is64BitTraceId, isSpanId, isTraceId } from './hex.ts'
import type { TraceContext } from './trace-context.ts'
import { trimOws } from './whitespace.ts'

const DASH = 45
const ASCII = /^[!-~]*$/
/** A dash and 16 digits, at the end of the single header. */
const PARENT_LENGTH = 17
const NO_PARENT = '0'.repeat(16)

/** The values of the `x-b3-*` headers; absent ones are `undefined`. */
export interface B3Headers {
  /** A decision of the single header, which wins over that of several (openzipkin/b3-propagation). */
  readonly state?: '0' | '1' | 'd' | undefined
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly parentId?: string | undefined
  readonly sampled?: string | undefined
  readonly flags?: string | undefined
}

/**
 * Reads the `x-b3-*` headers (openzipkin/b3-propagation, multiple headers). Trace id of 16 or 32 hex digits, span id
 * of 16, in any case; both are needed. An invalid parent id counts as absent: it is evidence only and never forwarded.
 *
 * @param known a context of the same request; its ids need no second check.
 */
export function parseB3Multi(headers: B3Headers, known?: TraceContext): TraceContext | undefined {
  if (headers.traceId === undefined || headers.spanId === undefined) return undefined
  const traceId = headers.traceId === known?.traceId ? known.traceId : parseTraceId(headers.traceId)
  if (traceId === undefined) return undefined
  const spanId = parseSpanId(headers.spanId)
  if (spanId === undefined) return undefined
  const { state } = headers
  const debug = state === undefined ? headers.flags === '1' || isDebug(headers.sampled) : state === 'd'
  const sampled = state === undefined ? parseSampled(headers.sampled) : state !== '0'
  return {
    format: 'b3multi',
    traceId,
    spanId,
    parentId: parseParentId(headers.parentId, known),
    sampled: debug ? true : sampled,
    debug,
    random: false,
  }
}

/**
 * Reads the `b3` header (openzipkin/b3-propagation, single header): `{trace}-{span}[-{0|1|d}][-{parent}]`, hex digits
 * in any case. A parent of zeros counts as absent, and a parent may follow the span id directly, as Brave reads both.
 * Any other value is invalid as a whole.
 */
export function parseB3Single(header: string | undefined): TraceContext | undefined {
  if (header === undefined) return undefined
  const text = trimOws(header)
  const traceEnd = text.charCodeAt(16) === DASH ? 16 : 32
  const spanEnd = traceEnd + 17
  if (text.length < spanEnd || text.charCodeAt(traceEnd) !== DASH) return undefined
  const fields = parseStateAndParent(text, spanEnd)
  if (fields === undefined) return undefined
  const traceId = parseTraceId(text.slice(0, traceEnd))
  const spanId = parseSpanId(text.slice(traceEnd + 1, spanEnd))
  if (traceId === undefined || spanId === undefined) return undefined
  const { state, parentId } = fields
  const sampled = state === undefined ? undefined : state !== '0'
  return { format: 'b3single', traceId, spanId, parentId, sampled, debug: state === 'd', random: false }
}

/** What follows the span id in a `b3` header; both fields are optional. */
function parseStateAndParent(
  text: string,
  spanEnd: number,
): { state: string | undefined; parentId: string | undefined } | undefined {
  const hasState = text.length === spanEnd + 2 || text.length === spanEnd + 2 + PARENT_LENGTH
  const state = hasState && text.charCodeAt(spanEnd) === DASH ? text.charAt(spanEnd + 1).toLowerCase() : undefined
  if (hasState && (state === undefined || !isState(state))) return undefined
  const parentStart = hasState ? spanEnd + 2 : spanEnd
  if (text.length === parentStart) return { state, parentId: undefined }
  if (text.length !== parentStart + PARENT_LENGTH || text.charCodeAt(parentStart) !== DASH) return undefined
  const parent = text.slice(parentStart + 1)
  const parentId = parseSpanId(parent)
  return parentId === undefined && parent !== NO_PARENT ? undefined : { state, parentId }
}

/** The sampling decision of a `b3` header that holds nothing else: `0`, `1` or `d`, in any case. */
export function parseB3State(single: string | undefined): '0' | '1' | 'd' | undefined {
  if (single === undefined || single.length > 8) return undefined
  const state = trimOws(single).toLowerCase()
  return isState(state) ? state : undefined
}

/**
 * A sampling decision without valid ids (openzipkin/b3-propagation, sampling state): `b3: 0|1|d`, which wins,
 * or `x-b3-sampled`, `x-b3-flags`.
 *
 * With unreadable ids, only a "no" counts, because a "yes" belongs to an unknown trace.
 *
 * @returns the decision, or `undefined` without one.
 */
export function parseB3Decision(single: string | undefined, headers: B3Headers): boolean | undefined {
  const state = parseB3State(single)
  if (state !== undefined) return state !== '0'
  const debug = headers.flags === '1' || isDebug(headers.sampled)
  const decision = debug ? true : parseSampled(headers.sampled)
  return decision === true && headers.traceId !== undefined && headers.spanId !== undefined ? undefined : decision
}

/** `x-b3-traceid` as Envoy sends it: a 64-bit id has 16 digits, any other 32. */
export function formatB3TraceId(traceId: string): string {
  return is64BitTraceId(traceId) ? traceId.slice(16) : traceId
}

/** `1`, `true` and `0`, `false` in any case; anything else leaves the decision open. */
function parseSampled(value: string | undefined): boolean | undefined {
  if (value === undefined || value.length > 5) return undefined
  if (value === '1') return true
  if (value === '0') return false
  const lower = value.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

function isDebug(sampled: string | undefined): boolean {
  return sampled === 'd' || sampled === 'D'
}

function isState(text: string): text is '0' | '1' | 'd' {
  return text === '0' || text === '1' || text === 'd'
}

function parseTraceId(header: string): string | undefined {
  if (isTraceId(header)) return header
  const text = trimOws(header)
  if (text.length === 32) return lowerCased(text, isTraceId)
  const id = text.length === 16 ? lowerCased(text, isSpanId) : undefined
  return id && `0000000000000000${id}`
}

function parseSpanId(header: string): string | undefined {
  return isSpanId(header) ? header : lowerCased(trimOws(header), isSpanId)
}

/** The parent of a sidecar's span is the application's, which `traceparent` then names. */
function parseParentId(header: string | undefined, known: TraceContext | undefined): string | undefined {
  return header === undefined || header === known?.spanId ? header : parseSpanId(header)
}

/** Lower-casing may also turn a foreign letter (KELVIN SIGN) into an ASCII one, so the text itself is checked too. */
function lowerCased(text: string, isId: (text: string) => boolean): string | undefined {
  if (text.length > 32 || !ASCII.test(text)) return undefined
  const lower = text.toLowerCase()
  return isId(lower) ? lower : undefined
}
