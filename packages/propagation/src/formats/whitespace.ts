/**
 * Removes optional whitespace (space and tab, RFC 9110 §5.6.3) from both ends. `String.prototype.trim` would also take
 * characters that HTTP doesn't count as whitespace, and would thus accept invalid values.
 */
export function trimOws(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isOws(text.charCodeAt(start))) start++
  while (end > start && isOws(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

/** Whether a character code is a space or a tab. */
function isOws(code: number): boolean {
  return code === 32 || code === 9
}
