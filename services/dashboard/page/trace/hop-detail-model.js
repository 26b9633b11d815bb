// @ts-check
import { formatDuration } from '../shared/format.js'
import { spanToCurl } from './curl.js'
import { roleOf } from './trace-model.js'

/**
 * @typedef {import('./trace-model.js').Row} Row
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {import('./parse-explanation.js').Hop} HopExplanation
 * @typedef {import('./parse-explanation.js').Header} Header
 *
 * @typedef {Header & { note: string, chosen: boolean }} ShownHeader `chosen`: names the caller that was chosen
 * @typedef {{ title: string, headers: ShownHeader[], none: string }} HeaderTable
 * @typedef {{ title: string, facts: string[], tables: HeaderTable[], curl: string | null }} HopDetail `curl`: the call
 * this span made, as a command
 */

/** Why one of several contexts was chosen as the caller; the rules are those of `selectContext`. */
const reasons = /** @type {Record<string, string>} */ ({
  only: 'It was the only context in these headers.',
  untouched: 'No proxy rewrote anything since the last application, so all formats name the same caller.',
  rewritten:
    'A proxy rewrote this format after the last application had marked all of them (tl=p:… in tracestate): the freshest wins.',
  agree: 'All formats that were rewritten name the same span.',
  hint: 'Two proxies rewrote different formats; the deployment says which tracer its sidecar has.',
  datadog: 'Envoy’s Datadog tracer says in tracestate that it wrote this one.',
  'b3-parent': 'It names a parent, which no application sends, so a proxy wrote it.',
  'w3c-default': 'Nothing distinguishes the formats, so W3C is chosen.',
})

const formats = /** @type {Record<string, string>} */ ({
  w3c: 'traceparent',
  b3multi: 'x-b3-*',
  b3single: 'b3',
})

/**
 * Everything about one row: where its time went, which trace headers arrived and left, why it has this parent, and the
 * attributes of the span and its process.
 *
 * @param {Row} row
 * @param {TraceModel} model
 * @param {HopExplanation | null} explanation of the first application; null if the dashboard no longer has it
 * @returns {HopDetail}
 */
export function describeHop(row, model, explanation) {
  const { tables, ...detail } = describeHeaders(row, model, explanation)
  const sent = explanation?.calls[0]?.sent ?? []
  return {
    ...detail,
    tables: [...tables, toTable('Attributes', row.attributes), toTable('Resource', row.resource)],
    curl: spanToCurl(row, row.proxy ? [] : sent),
  }
}

/**
 * @param {string} title
 * @param {Header[]} entries
 * @returns {HeaderTable}
 */
function toTable(title, entries) {
  return { title, headers: entries.map((entry) => ({ ...entry, note: '', chosen: false })), none: 'None.' }
}

/**
 * @param {Row} row
 * @param {TraceModel} model
 * @param {HopExplanation | null} explanation
 * @returns {Omit<HopDetail, 'curl'>}
 */
function describeHeaders(row, model, explanation) {
  const first = model.rows.find((each) => !each.proxy)
  const role = roleOf(row)
  const title = `${row.service}, ${role === 'app' ? 'application' : role}, ${row.kind ?? 'no kind'}`
  const facts = [timing(row, model.rows)]
  const call = explanation?.calls[0]
  if (explanation === null) {
    return { title, facts: [...facts, 'The dashboard no longer holds the headers of this request.'], tables: [] }
  }
  if (row.proxy) {
    // What a proxy in front of the first application did to headers is not known.
    const isBehind = first === undefined || model.rows.indexOf(row) > model.rows.indexOf(first)
    if (call?.hop && isBehind) facts.push(rewriting(call.sent, call.hop.received))
    return { title, facts, tables: [] }
  }
  const entry = row.service === first?.service
  if (entry && row.kind === 'client') {
    return { title, facts, tables: call === undefined ? [] : [sentTable(call.sent)] }
  }
  const hop = entry ? explanation : call?.hop
  if (hop === null || hop === undefined) {
    return { title, facts: [...facts, 'This application does not report which headers arrived.'], tables: [] }
  }
  return {
    title,
    facts: [...facts, ...parentage(row, hop)],
    tables: [receivedTable(hop, entry ? [] : (call?.sent ?? []))],
  }
}

/**
 * @param {Row} row
 * @param {Row[]} rows
 */
function timing(row, rows) {
  const children = rows.filter((each) => each.parentId === row.spanId)
  if (children.length === 0) return `Self time ${formatDuration(row.durationUs)}: nothing below it in this trace.`
  const firstUs = Math.min(...children.map(({ startUs }) => startUs))
  const lastUs = Math.max(...children.map(({ startUs, durationUs }) => startUs + durationUs))
  // The clocks of two programs differ, so neither part is more than there is.
  const inUs = Math.min(Math.max(0, firstUs - row.startUs), row.selfUs)
  const outUs = Math.min(Math.max(0, row.startUs + row.durationUs - lastUs), row.selfUs - inUs)
  const onWire = children.some(({ proxy }) => proxy) ? ' and on the wire' : ''
  const place = row.proxy ? ` in this proxy${onWire}` : ''
  return `Self time ${formatDuration(row.selfUs)} of ${formatDuration(row.durationUs)}${place}: ${formatDuration(inUs)} on the way in, ${formatDuration(outUs)} on the way back.`
}

/**
 * @param {Row} row
 * @param {HopExplanation} hop
 */
function parentage(row, hop) {
  const { caller } = hop
  if (caller === null) return ['No trace context arrived, so a trace starts here.']
  const where = formats[caller.format] ?? caller.format
  const relation = row.parentId === caller.spanId ? 'Its parent' : 'The caller in these headers'
  return [`${relation} is span ${caller.spanId}, from ${where}. ${reasons[caller.reason] ?? ''}`]
}

/** @param {Header[]} sent */
function sentTable(sent) {
  return {
    title: 'Trace headers that left',
    headers: sent.map((header) => ({ ...header, note: '', chosen: false })),
    none: 'None: this application propagated nothing.',
  }
}

/**
 * @param {HopExplanation} hop
 * @param {Header[]} sent by the application before
 */
function receivedTable({ received, caller }, sent) {
  const before = new Map(sent.map(({ name, value }) => [name, value]))
  return {
    title: 'Trace headers that arrived',
    headers: received.map((header) => ({
      ...header,
      note: before.size === 0 ? '' : noteOn(header, before.get(header.name)),
      chosen: caller !== null && isNamedBy(header, caller),
    })),
    none: 'None.',
  }
}

/**
 * @param {Header} header
 * @param {string | undefined} sent
 */
function noteOn(header, sent) {
  if (sent === undefined) return 'added on the way'
  return sent === header.value ? 'as it was sent' : 'rewritten on the way'
}

/**
 * @param {Header} header
 * @param {{ format: string, spanId: string }} caller
 */
function isNamedBy({ name, value }, { format, spanId }) {
  const namesCaller =
    format === 'w3c' ? name === 'traceparent' : format === 'b3single' ? name === 'b3' : name === 'x-b3-spanid'
  return namesCaller && value.toLowerCase().includes(spanId)
}

/**
 * @param {Header[]} sent
 * @param {Header[]} received
 */
function rewriting(sent, received) {
  const before = new Map(sent.map(({ name, value }) => [name, value]))
  const changed = received.filter(({ name, value }) => before.has(name) && before.get(name) !== value)
  const unchanged = received.filter(({ name, value }) => before.get(name) === value)
  const added = received.filter(({ name }) => !before.has(name))
  const parts = [
    ...(changed.length > 0 ? [`rewrote ${names(changed)}`] : []),
    ...(added.length > 0 ? [`added ${names(added)}`] : []),
    ...(unchanged.length > 0 ? [`forwarded ${names(unchanged)} as sent`] : []),
  ]
  return parts.length === 0
    ? 'No trace header reached the next application.'
    : `On the way, the sidecars ${parts.join(', ')}.`
}

/** @param {Header[]} headers */
function names(headers) {
  return headers.map(({ name }) => name).join(', ')
}
