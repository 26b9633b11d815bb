/** 0 for the characters a lower-case hex id is made of, 1 for all others. */
const NOT_LOWER_HEX = tableOf('0123456789abcdef')
/** The same for hex digits in any case. */
const NOT_HEX = tableOf('0123456789abcdefABCDEF')

/**
 * Whether the characters of `text` from `start` up to `end` are lower-case hex digits and not all `0`. The length is a
 * multiple of four, which all ids have: reading four at a time, without a branch, halves the cost of a request's ids.
 */
export function isLowerHexId(text: string, start: number, end: number): boolean {
  let wrong = 0
  let nonZero = 0
  for (let at = start; at < end; at += 4) {
    const one = text.charCodeAt(at)
    const two = text.charCodeAt(at + 1)
    const three = text.charCodeAt(at + 2)
    const four = text.charCodeAt(at + 3)
    wrong |=
      look(NOT_LOWER_HEX, one) | look(NOT_LOWER_HEX, two) | look(NOT_LOWER_HEX, three) | look(NOT_LOWER_HEX, four)
    nonZero |= (one ^ 48) | (two ^ 48) | (three ^ 48) | (four ^ 48)
  }
  return wrong === 0 && nonZero !== 0
}

/** Whether the characters of `text` from `start` up to `end`, a multiple of four, are hex digits in any case. */
export function isHex(text: string, start: number, end: number): boolean {
  let wrong = 0
  for (let at = start; at < end; at += 4) {
    wrong |=
      look(NOT_HEX, text.charCodeAt(at)) |
      look(NOT_HEX, text.charCodeAt(at + 1)) |
      look(NOT_HEX, text.charCodeAt(at + 2)) |
      look(NOT_HEX, text.charCodeAt(at + 3))
  }
  return wrong === 0
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

/** A table for every code a string can hold, so that looking one up needs no check. */
function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(0x10000).fill(1)
  for (let at = 0; at < characters.length; at++) table[characters.charCodeAt(at)] = 0
  return table
}

function look(table: Uint8Array, code: number): number {
  return table[code] as number
}
