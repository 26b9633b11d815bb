/** Whether the characters of `text` from `start` up to `end` are lower-case hex digits and not all `0`. */
export function isLowerHexId(text: string, start: number, end: number): boolean {
  let nonZero = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (!isLowerHexCode(code)) return false
    nonZero |= code ^ 48
  }
  return nonZero !== 0
}

/** The value of one lower-case hex digit, or -1. */
export function lowerHexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 102 ? code - 87 : -1
}

/** Whether the text is a span id as it goes on the wire: 16 lower-case hex digits, not all zero. */
export function isSpanId(text: string): boolean {
  return text.length === 16 && isLowerHexId(text, 0, 16)
}

/** Whether the text is a trace id as it goes on the wire: 32 lower-case hex digits, not all zero. */
export function isTraceId(text: string): boolean {
  return text.length === 32 && isLowerHexId(text, 0, 32)
}

/** Whether a 32-digit trace id holds a 64-bit one: its high half is zero. */
export function is64BitTraceId(traceId: string): boolean {
  return traceId.charCodeAt(0) === 48 && traceId.startsWith('0000000000000000')
}

function isLowerHexCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102)
}
