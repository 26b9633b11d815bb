const DASH = 45
const LOG_LENGTH = 128

/**
 * Whether an `x-request-id` is a UUID, the only form that is sent on: with any other, Envoy's OpenTelemetry tracer
 * (from 1.39) sends `-00` even for a sampled traceparent, and its zipkin and datadog tracers don't sample a new root.
 * The version digit is not checked, because Envoy keeps its sampling decision there (`4`, `9`, `a`, `b`).
 */
export function isRequestId(text: string): boolean {
  if (text.length !== 36) return false
  for (let at = 0; at < 36; at++) {
    const code = text.charCodeAt(at)
    const dash = at === 8 || at === 13 || at === 18 || at === 23
    if (dash ? code !== DASH : !isHexCode(code)) return false
  }
  return true
}

/** Whether a foreign request id may be echoed, logged or, if so chosen, sent on: visible ASCII, 128 characters at most. */
export function isSafeRequestId(text: string): boolean {
  if (text.length === 0 || text.length > LOG_LENGTH) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 33 || code > 126) return false
  }
  return true
}

function isHexCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}
