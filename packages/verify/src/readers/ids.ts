/** A trace id of up to 32 hex digits, padded on its left as backends do; undefined for anything else. */
export function parseTraceId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{1,32}$/i.test(value)
    ? value.toLowerCase().padStart(32, '0')
    : undefined
}

/** A span id of up to 16 hex digits; undefined for anything else, and for zeros. */
export function parseSpanId(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[0-9a-f]{1,16}$/i.test(value) || /^0+$/.test(value)) return undefined
  return value.toLowerCase().padStart(16, '0')
}
