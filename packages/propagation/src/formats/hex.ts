/**
 * Source of patterns for `digits` hex digits. Each is written out: V8 compares several consecutive characters at a
 * time, five times as fast as counted repetitions or a loop.
 */
export function hexPattern(digits: number, digit = '[0-9a-f]'): string {
  return digit.repeat(digits)
}

/** Source of patterns for a span id on the wire: 16 lower-case hex digits, not all zero. */
export const SPAN_ID_PATTERN = `(?!0{16})${hexPattern(16)}`
/** The same for a trace id, of 32 digits. */
export const TRACE_ID_PATTERN = `(?!0{32})${hexPattern(32)}`

const SPAN_ID = new RegExp(`^${SPAN_ID_PATTERN}$`)
const TRACE_ID = new RegExp(`^${TRACE_ID_PATTERN}$`)

/** Whether the text is a span id on the wire: 16 lower-case hex digits, not all zero. */
export function isSpanId(text: string): boolean {
  return SPAN_ID.test(text)
}

/** Whether the text is a trace id on the wire: 32 lower-case hex digits, not all zero. */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text)
}

/** Whether a 32-digit trace id holds a 64-bit one: its high half is zero. */
export function is64BitTraceId(traceId: string): boolean {
  return traceId.charCodeAt(0) === 48 && traceId.startsWith('0000000000000000')
}
