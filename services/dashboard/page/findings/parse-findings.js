// @ts-check
import { isRecord, parseList, parseText, parseTraceId } from '../shared/wire.js'

/**
 * @typedef {{ id: string, title: string, situation: string }} Break a situation that this mesh can be put into
 * @typedef {{ breaks: Break[], current: string | null, changing: boolean, error: string | null }} Breaks
 *
 * @typedef {'error' | 'warning' | 'note'} Level
 * @typedef {object} Finding
 * @property {string} id `TLV…`
 * @property {Level} level
 * @property {boolean} suspected not proven
 * @property {string} hop
 * @property {string} title
 * @property {string[]} seen
 * @property {string} cause
 * @property {string[]} fixes
 *
 * @typedef {object} Report
 * @property {'passed' | 'failed' | 'unknown'} outcome
 * @property {string[]} path services in order
 * @property {string | null} breaksAfter the service behind which the trace breaks
 * @property {Finding[]} findings most severe first
 * @property {string | null} traceId of one probe
 * @property {string[]} unseen
 *
 * @typedef {{ state: 'none' | 'running' | 'done' | 'failed', error: string | null, report: Report | null }} Findings
 */

const states = new Set(['none', 'running', 'done', 'failed'])
const outcomes = new Set(['passed', 'failed', 'unknown'])
const levels = new Set(['error', 'warning', 'note'])

/**
 * The answer of `GET /api/mesh/breaks`.
 *
 * @param {unknown} body
 * @returns {Breaks | undefined}
 */
export function parseBreaks(body) {
  if (!isRecord(body) || !Array.isArray(body['breaks'])) return undefined
  return {
    breaks: parseList(body['breaks'], (item) => {
      const id = isRecord(item) ? parseText(item['id'], 60) : null
      if (!isRecord(item) || id === null) return undefined
      return { id, title: parseText(item['title'], 120) ?? id, situation: parseText(item['situation'], 500) ?? '' }
    }),
    current: parseText(body['current'], 60),
    changing: body['changing'] === true,
    error: parseText(body['error'], 500),
  }
}

/**
 * The answer of `GET /api/findings`.
 *
 * @param {unknown} body
 * @returns {Findings | undefined}
 */
export function parseFindings(body) {
  if (!isRecord(body) || typeof body['state'] !== 'string' || !states.has(body['state'])) return undefined
  return {
    state: /** @type {Findings['state']} */ (body['state']),
    error: parseText(body['error'], 500),
    report: parseReport(body['report']),
  }
}

/**
 * @param {unknown} value
 * @returns {Report | null}
 */
function parseReport(value) {
  if (!isRecord(value) || typeof value['outcome'] !== 'string' || !outcomes.has(value['outcome'])) return null
  const findings = parseList(value['findings'], parseFinding)
  const first = Array.isArray(value['findings']) ? value['findings'][0] : undefined
  const cut = isRecord(first) && isRecord(first['break']) ? parseText(first['break']['after'], 100) : null
  return {
    outcome: /** @type {Report['outcome']} */ (value['outcome']),
    path: parseList(value['path'], (hop) =>
      isRecord(hop) ? (parseText(hop['service'], 100) ?? undefined) : undefined,
    ),
    breaksAfter: cut,
    findings,
    traceId: Array.isArray(value['traceIds']) ? parseTraceId(value['traceIds'][0]) : null,
    unseen: parseTexts(value['unseen']),
  }
}

/**
 * @param {unknown} item
 * @returns {Finding | undefined}
 */
function parseFinding(item) {
  if (!isRecord(item) || typeof item['level'] !== 'string' || !levels.has(item['level'])) return undefined
  const id = parseText(item['id'], 20)
  // It leads to its page.
  if (id === null || !/^TLV\d{3}$/.test(id)) return undefined
  return {
    id,
    level: /** @type {Level} */ (item['level']),
    suspected: item['suspected'] === true,
    hop: parseText(item['hop'], 120) ?? '',
    title: parseText(item['title'], 300) ?? '',
    seen: parseTexts(item['seen']),
    cause: parseText(item['cause'], 600) ?? '',
    fixes: parseTexts(item['fixes']),
  }
}

/** @param {unknown} value */
function parseTexts(value) {
  return parseList(value, (text) => parseText(text, 600) ?? undefined)
}
