import { type Carrier, once } from '../incoming.ts'
import type { TraceContext } from './trace-context.ts'

const DECIMAL = /^\d{1,20}$/
const PRIORITY = /^-?\d{1,2}$/
/** Visible ASCII; tags may hold 512 characters. */
const VISIBLE = /^[!-~]{1,512}$/
const MAX_ID = 2n ** 64n - 1n

/** The forwarded headers of Datadog's own format, with their valid contents. */
const FORMATS = [
  ['x-datadog-trace-id', DECIMAL],
  ['x-datadog-parent-id', DECIMAL],
  ['x-datadog-sampling-priority', PRIORITY],
  ['x-datadog-origin', VISIBLE],
  ['x-datadog-tags', VISIBLE],
] as const

/**
 * Forwards the `x-datadog-*` headers for a service without an SDK, but only if they name the chosen context, or if
 * there is no other: Envoy's datadog tracer prefers them to a `traceparent`, so old ones would win over it.
 *
 * @returns no headers if they are old, invalid or missing.
 */
export function carriedDatadogHeaders(carrier: Carrier, chosen: TraceContext | undefined): Record<string, string> {
  const headers: Record<string, string> = {}
  if (carrier['x-datadog-trace-id'] === undefined) return headers
  for (const [name, format] of FORMATS) {
    const value = once(carrier[name])
    if (value !== undefined && format.test(value)) headers[name] = value
  }
  const traceId = parseDatadogId(headers['x-datadog-trace-id'])
  const parentId = parseDatadogId(headers['x-datadog-parent-id'])
  if (traceId === undefined || parentId === undefined) return {}
  return chosen === undefined || (traceId === chosen.traceId.slice(16) && parentId === chosen.spanId) ? headers : {}
}

/** A decimal 64-bit id as 16 lower-case hex digits; `undefined` for any other text. */
export function parseDatadogId(decimal: string | undefined): string | undefined {
  if (decimal === undefined || !DECIMAL.test(decimal)) return undefined
  const id = BigInt(decimal)
  return id === 0n || id > MAX_ID ? undefined : id.toString(16).padStart(16, '0')
}
