// @ts-check
import { parseNamedFinding } from '../findings/named-finding.js'
import { isRecord, parseList, parseNumber, parseText, parseTraceId } from '../shared/wire.js'

/**
 * @typedef {import('../findings/named-finding.js').NamedFinding} NamedFinding
 *
 * @typedef {{ name: string, value: string }} Attribute
 *
 * @typedef {object} Span one span, of an application or a proxy
 * @property {string} spanId
 * @property {string | null} parentId the CHILD_OF reference; null for a root
 * @property {string} service
 * @property {boolean} proxy reported by a proxy: tag `component=proxy`
 * @property {string | null} kind server, client, internal, producer or consumer
 * @property {string} name
 * @property {number} startUs since the epoch
 * @property {number} durationUs
 * @property {number | null} status HTTP status code
 * @property {boolean} error the reporter marks it as an error
 * @property {string | null} nodeId of a proxy: the `node.id` of its Envoy
 * @property {Attribute[]} attributes what the span says
 * @property {Attribute[]} resource the attributes of its process
 *
 * @typedef {{ code: string, text: string, cause: string, finding?: NamedFinding | null, traceId?: string }} Problem
 * finding: in the doctor's catalogue; traceId: where the rest of it is
 *
 * @typedef {{ spanId: string, depth: number, orphan: boolean, gateway: boolean }} Place orphan: names a parent that is
 * not there; gateway: of a proxy without an application beside it
 *
 * @typedef {object} Trace
 * @property {string} traceId
 * @property {Span[]} spans
 * @property {Place[]} places where the dashboard puts each span in the tree, in the order of its rows
 * @property {Problem[]} problems the dashboard's verdict; empty for a whole trace
 * @property {boolean} reachesUpstream an application other than the first one has its server span here
 * @property {NamedFinding[]} suspects what may have cut off the rest of a trace, or kept proxies out of it
 */

const MAX_SPANS = 500
const MAX_ATTRIBUTES = 60
const kinds = new Set(['server', 'client', 'internal', 'producer', 'consumer'])

/**
 * The answer of `GET /api/traces/:traceId`, reduced to what the page draws. Spans it can't read are left out.
 *
 * @param {unknown} body
 * @returns {Trace | undefined}
 */
export function parseTrace(body) {
  const value = isRecord(body) && Array.isArray(body['data']) ? body['data'][0] : undefined
  if (!isRecord(body) || !isRecord(value) || !Array.isArray(value['spans'])) return undefined
  const traceId = parseTraceId(value['traceID'])
  if (traceId === null) return undefined
  const processes = isRecord(value['processes']) ? value['processes'] : {}
  const spans = value['spans']
    .slice(0, MAX_SPANS)
    .map((span) => parseSpan(span, processes))
    .filter((span) => span !== undefined)
  return { traceId, spans, ...parseVerdict(body['verdict']) }
}

/**
 * @param {unknown} value
 * @returns {Pick<Trace, 'places' | 'problems' | 'reachesUpstream' | 'suspects'>}
 */
function parseVerdict(value) {
  if (!isRecord(value) || !Array.isArray(value['problems'])) {
    return { places: [], problems: [], reachesUpstream: false, suspects: [] }
  }
  const spans = Array.isArray(value['spans']) ? value['spans'].slice(0, MAX_SPANS) : []
  const places = spans.filter(isRecord).map((span) => ({
    spanId: parseText(span['spanId'], 32) ?? '',
    depth: parseNumber(span['depth']) ?? 0,
    orphan: span['orphan'] === true,
    gateway: span['gateway'] === true,
  }))
  const problems = value['problems'].filter(isRecord).map((problem) => ({
    code: parseText(problem['code'], 60) ?? 'unknown',
    text: parseText(problem['text'], 2000) ?? '',
    cause: parseText(problem['cause'], 500) ?? '',
    finding: parseNamedFinding(problem['finding']),
  }))
  const suspects = parseList(value['suspects'], (each) => parseNamedFinding(each) ?? undefined)
  return { places, problems, reachesUpstream: value['reachesUpstream'] === true, suspects }
}

/**
 * @param {unknown} value
 * @param {Record<string, unknown>} processes
 * @returns {Span | undefined}
 */
function parseSpan(value, processes) {
  if (!isRecord(value)) return undefined
  const spanId = parseText(value['spanID'], 32)
  const startUs = Number(value['startTime'])
  const durationUs = Number(value['duration'])
  if (spanId === null || !Number.isFinite(startUs) || !Number.isFinite(durationUs)) return undefined
  const tags = readTags(value['tags'])
  const process = processes[String(value['processID'])]
  const kind = String(tags.get('span.kind')).toLowerCase()
  const status = Number(tags.get('http.response.status_code') ?? tags.get('http.status_code') ?? Number.NaN)
  return {
    spanId,
    parentId: readParent(value['references']),
    service: (isRecord(process) ? parseText(process['serviceName'], 100) : null) ?? 'unnamed service',
    proxy: tags.get('component') === 'proxy',
    kind: kinds.has(kind) ? kind : null,
    name: parseText(value['operationName'], 120) ?? 'unnamed',
    startUs,
    durationUs: Math.max(0, durationUs),
    status: Number.isInteger(status) && status >= 100 && status <= 599 ? status : null,
    error: String(tags.get('error')) === 'true' || tags.get('otel.status_code') === 'ERROR',
    nodeId: parseText(tags.get('node_id'), 300),
    attributes: toAttributes(tags),
    resource: toAttributes(readTags(isRecord(process) ? process['tags'] : undefined)),
  }
}

/**
 * @param {unknown} value
 * @returns {Map<string, unknown>}
 */
function readTags(value) {
  const tags = new Map()
  if (!Array.isArray(value)) return tags
  for (const tag of value) {
    if (isRecord(tag) && typeof tag['key'] === 'string') tags.set(tag['key'], tag['value'])
  }
  return tags
}

/**
 * @param {Map<string, unknown>} tags
 * @returns {Attribute[]} in the order of their names
 */
function toAttributes(tags) {
  return [...tags]
    .slice(0, MAX_ATTRIBUTES)
    .map(([name, value]) => ({ name: name.slice(0, 80), value: parseText(String(value), 400) ?? '' }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/**
 * @param {unknown} references
 * @returns {string | null}
 */
function readParent(references) {
  if (!Array.isArray(references)) return null
  const parent = references.find((reference) => isRecord(reference) && reference['refType'] === 'CHILD_OF')
  return isRecord(parent) ? parseText(parent['spanID'], 32) : null
}
