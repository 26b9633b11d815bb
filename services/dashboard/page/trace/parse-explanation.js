// @ts-check
import { isRecord, parseText, parseTraceId } from '../shared/wire.js'

/**
 * @typedef {{ name: string, value: string }} Header
 * @typedef {{ traceId: string, spanId: string, format: string, reason: string }} Caller
 * @typedef {{ service: string, received: Header[], caller: Caller | null, calls: Call[] }} Hop
 * @typedef {{ url: string, sent: Header[], hop: Hop | null }} Call
 */

const MAX_DEPTH = 5
const MAX_HEADERS = 20

/**
 * The call tree of one request: the incoming and outgoing headers of each application.
 *
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {Hop | undefined}
 */
export function parseExplanation(value, depth = 0) {
  if (!isRecord(value) || depth > MAX_DEPTH) return undefined
  const calls = Array.isArray(value['calls']) ? value['calls'].slice(0, 10) : []
  return {
    service: parseText(value['service'], 100) ?? 'unnamed service',
    received: parseHeaders(value['received']),
    caller: parseCaller(value['caller']),
    calls: calls.filter(isRecord).map((call) => ({
      url: parseText(call['url'], 300) ?? '',
      sent: parseHeaders(call['sent']),
      hop: parseExplanation(call['hop'], depth + 1) ?? null,
    })),
  }
}

/**
 * @param {unknown} value
 * @returns {Header[]} in the order of their names
 */
function parseHeaders(value) {
  if (!isRecord(value)) return []
  return Object.entries(value)
    .slice(0, MAX_HEADERS)
    .map(([name, text]) => ({ name: name.slice(0, 60), value: parseText(text, 600) ?? '' }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * @param {unknown} value
 * @returns {Caller | null}
 */
function parseCaller(value) {
  if (!isRecord(value)) return null
  const traceId = parseTraceId(value['traceId'])
  const spanId = parseText(value['spanId'], 32)
  if (traceId === null || spanId === null) return null
  return {
    traceId,
    spanId,
    format: parseText(value['format'], 20) ?? '',
    reason: parseText(value['reason'], 40) ?? '',
  }
}
