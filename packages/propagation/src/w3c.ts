import { isLowerHexId, lowerHexDigit } from './hex.ts'
import type { TraceContext } from './trace-context.ts'
import { trimOws } from './whitespace.ts'

const VERSION_00_LENGTH = 55
/** A later version may be longer by a suffix that we don't read. */
const MAX_LENGTH = 512
const DASH = 45
const SAMPLED = 1
const RANDOM = 2

/**
 * Reads a `traceparent` header (W3C Trace Context level 2, §3.2.2). Version `00` is exactly 55 characters; a later
 * version is read by the rules of `00` and may go on with `-…`; version `ff` is invalid. Flags other than sampled and
 * random are dropped.
 */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined) return undefined
  const text = trimOws(header)
  if (text.length < VERSION_00_LENGTH || text.length > MAX_LENGTH) return undefined
  if (text.charCodeAt(2) !== DASH || text.charCodeAt(35) !== DASH || text.charCodeAt(52) !== DASH) return undefined
  const version = hexByte(text, 0)
  if (version < 0 || version === 0xff) return undefined
  if (text.length > VERSION_00_LENGTH && (version === 0 || text.charCodeAt(VERSION_00_LENGTH) !== DASH)) {
    return undefined
  }
  const flags = hexByte(text, 53)
  if (flags < 0 || !isLowerHexId(text, 3, 35) || !isLowerHexId(text, 36, 52)) return undefined
  return {
    format: 'w3c',
    traceId: text.slice(3, 35),
    spanId: text.slice(36, 52),
    parentId: undefined,
    sampled: (flags & SAMPLED) !== 0,
    debug: false,
    random: (flags & RANDOM) !== 0,
  }
}

/** What a `traceparent` header says. The ids must be valid: 32 and 16 lower-case hex digits. */
export interface TraceparentFields {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  /** Default false. */
  readonly random?: boolean
}

/** Writes a `traceparent` header of version `00` (W3C Trace Context level 2, §3.2). */
export function formatTraceparent({ traceId, spanId, sampled, random = false }: TraceparentFields): string {
  return `00-${traceId}-${spanId}-${random ? (sampled ? '03' : '02') : sampled ? '01' : '00'}`
}

function hexByte(text: string, at: number): number {
  const high = lowerHexDigit(text.charCodeAt(at))
  const low = lowerHexDigit(text.charCodeAt(at + 1))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}
