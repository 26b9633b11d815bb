import { is64BitTraceId, isSpanId, isTraceId } from './hex.ts'
import type { TraceContext } from './trace-context.ts'
import { trimOws } from './whitespace.ts'

const DASH = 45
const ASCII = /^[!-~]*$/
/** 32-digit trace id, span id, sampling state and parent id with their dashes. */
const MAX_LENGTH = 68

/** The values of the `x-b3-*` headers; absent ones are `undefined`. */
export interface B3Headers {
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly parentId?: string | undefined
  readonly sampled?: string | undefined
  readonly flags?: string | undefined
}

/**
 * Reads the `x-b3-*` headers (openzipkin/b3-propagation, multiple headers). Trace id of 16 or 32 hex digits, span id
 * of 16, in any case; both are needed. An invalid parent id counts as absent: it is evidence only and never sent on.
 *
 * @param known a context of the same request; a trace id that it has too needs no second check.
 */
export function parseB3Multi(headers: B3Headers, known?: TraceContext): TraceContext | undefined {
  if (headers.traceId === undefined || headers.spanId === undefined) return undefined
  const traceId = headers.traceId === known?.traceId ? known.traceId : parseTraceId(headers.traceId)
  if (traceId === undefined) return undefined
  const spanId = parseSpanId(headers.spanId)
  if (spanId === undefined) return undefined
  const debug = headers.flags === '1' || isDebug(headers.sampled)
  return {
    format: 'b3multi',
    traceId,
    spanId,
    parentId: headers.parentId === undefined ? undefined : parseSpanId(headers.parentId),
    sampled: debug ? true : parseSampled(headers.sampled),
    debug,
    random: false,
  }
}

/**
 * Reads the `b3` header (openzipkin/b3-propagation, single header): `{trace}-{span}[-{0|1|d}[-{parent}]]`, hex digits
 * in any case. A value with anything more, less or else in it is invalid as a whole.
 */
export function parseB3Single(header: string | undefined): TraceContext | undefined {
  if (header === undefined) return undefined
  const text = trimOws(header)
  const traceEnd = text.charCodeAt(16) === DASH ? 16 : 32
  const spanEnd = traceEnd + 17
  if (text.length < spanEnd || text.length > MAX_LENGTH || text.charCodeAt(traceEnd) !== DASH) return undefined
  const traceId = parseTraceId(text.slice(0, traceEnd))
  const spanId = parseSpanId(text.slice(traceEnd + 1, spanEnd))
  if (traceId === undefined || spanId === undefined) return undefined
  let state: string | undefined
  let parentId: string | undefined
  if (text.length > spanEnd) {
    state = text.charAt(spanEnd + 1).toLowerCase()
    if (text.charCodeAt(spanEnd) !== DASH || !isState(state)) return undefined
    if (text.length > spanEnd + 2) {
      parentId = text.charCodeAt(spanEnd + 2) === DASH ? parseSpanId(text.slice(spanEnd + 3)) : undefined
      if (parentId === undefined) return undefined
    }
  }
  const sampled = state === undefined ? undefined : state !== '0'
  return { format: 'b3single', traceId, spanId, parentId, sampled, debug: state === 'd', random: false }
}

/**
 * A sampling decision that came without ids (openzipkin/b3-propagation, sampling state): `b3: 0|1|d`, or
 * `x-b3-sampled`, `x-b3-flags` alone.
 *
 * @returns the decision, or `undefined` when there is none.
 */
export function parseB3Decision(single: string | undefined, headers: B3Headers): boolean | undefined {
  const state = single === undefined ? '' : trimOws(single).toLowerCase()
  if (isState(state)) return state !== '0'
  if (headers.flags === '1' || isDebug(headers.sampled)) return true
  return parseSampled(headers.sampled)
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

function isState(text: string): boolean {
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

/** Lower-casing may also turn a foreign letter (KELVIN SIGN) into an ASCII one, so the text itself is checked too. */
function lowerCased(text: string, isId: (text: string) => boolean): string | undefined {
  if (text.length > 32 || !ASCII.test(text)) return undefined
  const lower = text.toLowerCase()
  return isId(lower) ? lower : undefined
}
