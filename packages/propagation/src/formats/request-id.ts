import { hexPattern } from './hex.ts'

const UUID = new RegExp(`^${[8, 4, 4, 4, 12].map((digits) => hexPattern(digits, '[0-9a-fA-F]')).join('-')}$`)
const LOG_LENGTH = 128
const UUID_LENGTH = 36
const DECISION_AT = 14

/**
 * Whether an `x-request-id` is a UUID, the only form that is forwarded: with any other, Envoy's OpenTelemetry tracer
 * (from 1.39) sends `-00` even for a sampled traceparent, and its zipkin and datadog tracers don't sample a new root.
 * The version digit is not checked, because Envoy keeps its sampling decision there (`4`, `9`, `a`, `b`).
 */
export function isRequestId(text: string): boolean {
  return UUID.test(text)
}

/**
 * Whether a foreign request id may be echoed, logged or, optionally, forwarded: visible ASCII, 128 characters at
 * most.
 */
export function isSafeRequestId(text: string): boolean {
  if (text.length === 0 || text.length > LOG_LENGTH) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 33 || code > 126) return false
  }
  return true
}

/**
 * Whether an `x-request-id` tells Envoy to trace the request: it keeps its sampling decision in the 15th of 36
 * characters, `9` for sampled, `a` for forced by a service, `b` for forced by a client, and checks no other.
 */
export function forcesTrace(requestId: string): boolean {
  if (requestId.length !== UUID_LENGTH) return false
  const decision = requestId.charAt(DECISION_AT).toLowerCase()
  return decision === '9' || decision === 'a' || decision === 'b'
}
