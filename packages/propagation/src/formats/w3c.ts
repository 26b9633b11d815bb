import { hexPattern, SPAN_ID_PATTERN, TRACE_ID_PATTERN } from './hex.ts'
import type { TraceContext } from './trace-context.ts'
import { trimOws } from './whitespace.ts'

/** What follows the version, which is two characters: ids and flags. */
const FIELDS = `-${TRACE_ID_PATTERN}-${SPAN_ID_PATTERN}-${hexPattern(2)}`
const VERSION_00 = new RegExp(`^00${FIELDS}$`)
const LATER_VERSION = new RegExp(`^(?!00|ff)${hexPattern(2)}${FIELDS}(?:-|$)`)
/** A later version may be longer by a suffix that we don't read. */
const MAX_LENGTH = 512
const SAMPLED = 1
const RANDOM = 2

/**
 * Reads a `traceparent` header (W3C Trace Context level 2, §3.2.2). Version `00` is exactly 55 characters; a later
 * version is read by the rules of `00` and may go on with `-…`; version `ff` is invalid. Flags other than sampled and
 * random are dropped.
 */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined) return undefined
  const text = VERSION_00.test(header) ? header : unusual(header)
  if (text === undefined) return undefined
  const flags = hexDigit(text.charCodeAt(54))
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

/** The contents of a `traceparent` header. The ids must be valid: 32 and 16 lower-case hex digits. */
export interface TraceparentFields {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  /** Default false. */
  readonly random?: boolean
}

/** Writes a `traceparent` header of version `00` (W3C Trace Context level 2, §3.2). */
export function formatTraceparent({ traceId, spanId, sampled, random = false }: TraceparentFields): string {
  return `00-${traceId}-${spanId}${random ? (sampled ? '-03' : '-02') : sampled ? '-01' : '-00'}`
}

/** A header with whitespace around it, or of a later version. */
function unusual(header: string): string | undefined {
  const text = trimOws(header)
  return text.length <= MAX_LENGTH && (VERSION_00.test(text) || LATER_VERSION.test(text)) ? text : undefined
}

/** The value of a lower-case hex digit. */
function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87
}
