// @ts-check

/**
 * @typedef {'connected' | 'denied' | 'failing' | 'unreachable'} CallState
 * @typedef {object} Outcome one call of the dashboard to counting, as `GET /api/count` reports it
 * @property {CallState} state
 * @property {number | null} count
 * @property {string | null} hostname
 * @property {string | null} traceId
 * @property {number | null} status HTTP status the dashboard saw; null when nothing answered
 * @property {string | null} code `TL_…`
 * @property {string | null} reason
 * @property {number | null} durationMs
 * @property {number | null} atMs when it ended, by the clock of the dashboard
 * @property {boolean} appSpans whether the dashboard reports spans of its own; if not, `traceId` is the sidecars’ trace
 *
 * @typedef {Outcome & { seq: number, atMs: number }} Entry one request of the history
 *
 * @typedef {'auto' | 'off' | '1' | '10'} TrafficRate
 * @typedef {{ rate: TrafficRate, fault: string | null, propagation: boolean }} Traffic
 *
 * @typedef {object} Config
 * @property {string} hostname
 * @property {string} upstream
 * @property {boolean} traces
 * @property {string | null} traceUiUrl
 * @property {boolean} controls
 * @property {boolean} faults
 * @property {boolean} kubernetes
 * @property {boolean} ownService another service in place of counting
 * @property {boolean} bypass whether the dashboard knows an address that bypasses the sidecar
 */

const callStates = new Set(['connected', 'denied', 'failing', 'unreachable'])
const trafficRates = new Set(['auto', 'off', '1', '10'])

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A text from the wire, truncated to a generous length for names; null for anything else.
 *
 * @param {unknown} value
 * @param {number} [most]
 * @returns {string | null}
 */
export function parseText(value, most = 200) {
  if (typeof value !== 'string' || value === '') return null
  return value.length > most ? `${value.slice(0, most - 1)}…` : value
}

/**
 * @param {unknown} value
 * @returns {string | null} lower-case trace id of 16 or 32 hex digits
 */
export function parseTraceId(value) {
  return typeof value === 'string' && /^([0-9a-f]{16}){1,2}$/i.test(value) ? value.toLowerCase() : null
}

/**
 * @param {unknown} body
 * @returns {Outcome | undefined}
 */
export function parseOutcome(body) {
  if (!isRecord(body) || typeof body['state'] !== 'string' || !callStates.has(body['state'])) return undefined
  return {
    state: /** @type {CallState} */ (body['state']),
    count: parseNumber(body['count']),
    hostname: parseText(body['hostname']),
    traceId: parseTraceId(body['traceId']),
    status: parseNumber(body['status']),
    code: parseText(body['code'], 60),
    reason: parseText(body['reason'], 300),
    durationMs: parseNumber(body['durationMs']),
    atMs: parseNumber(Date.parse(String(body['at']))),
    appSpans: body['appSpans'] !== false,
  }
}

/**
 * @param {unknown} value
 * @returns {Entry[]} those that can be read
 */
export function parseEntries(value) {
  if (!Array.isArray(value)) return []
  return value.slice(-5000).flatMap((item) => {
    const outcome = parseOutcome(item)
    if (outcome === undefined || !isRecord(item)) return []
    const { atMs } = outcome
    const seq = parseNumber(item['seq'])
    return seq === null || atMs === null ? [] : [{ ...outcome, seq, atMs }]
  })
}

/**
 * @param {unknown} body
 * @returns {Traffic | undefined}
 */
export function parseTraffic(body) {
  if (!isRecord(body) || typeof body['rate'] !== 'string' || !trafficRates.has(body['rate'])) return undefined
  return {
    rate: /** @type {TrafficRate} */ (body['rate']),
    fault: parseText(body['fault'], 60),
    propagation: body['propagation'] !== false,
  }
}

/**
 * @param {unknown} body
 * @returns {Config | undefined}
 */
export function parseConfig(body) {
  if (!isRecord(body)) return undefined
  return {
    hostname: parseText(body['hostname']) ?? 'dashboard',
    upstream: parseText(body['upstream']) ?? '',
    traces: body['traces'] === true,
    traceUiUrl: parseText(body['traceUiUrl'], 2000),
    controls: body['controls'] === true,
    faults: body['faults'] === true,
    kubernetes: body['kubernetes'] === true,
    ownService: body['ownService'] === true,
    bypass: body['bypass'] === true,
  }
}

/**
 * The sentence of an error body `{ code, message }`.
 *
 * @param {unknown} body
 * @returns {string | null}
 */
export function parseErrorMessage(body) {
  if (!isRecord(body)) return null
  const message = parseText(body['message'], 300)
  const code = parseText(body['code'], 60)
  return message === null ? code : code === null ? message : `${message} (${code})`
}

/**
 * @template T
 * @param {unknown} value
 * @param {(item: unknown) => T | undefined} parseItem
 * @returns {T[]} at most 20
 */
export function parseList(value, parseItem) {
  if (!Array.isArray(value)) return []
  return value
    .slice(0, 20)
    .map(parseItem)
    .filter((item) => item !== undefined)
}

/**
 * @param {unknown} value
 * @returns {number | null}
 */
export function parseNumber(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
