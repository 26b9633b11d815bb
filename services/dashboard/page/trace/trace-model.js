// @ts-check

/**
 * @typedef {import('./parse-trace.js').Span} Span
 * @typedef {import('./parse-trace.js').Trace} Trace
 * @typedef {import('./parse-trace.js').Problem} Problem
 *
 * @typedef {Span & {
 *   depth: number,
 *   parentService: string | null,
 *   lastChild: boolean,
 *   offsetUs: number,
 *   left: number,
 *   width: number,
 *   selfUs: number,
 *   failed: boolean,
 *   origin: boolean,
 *   orphan: boolean,
 *   gateway: boolean,
 * }} Row a span in tree order; `left` and `width` are parts of the trace's length, 0 to 1; `selfUs`: its duration
 * without that of its children; `origin`: failed, and nothing below it did; `orphan` names a parent that is not there;
 * `gateway`: of a proxy without an application beside it
 *
 * @typedef {object} TraceModel
 * @property {string} traceId
 * @property {number} durationUs from the first start to the last end
 * @property {Row[]} rows
 * @property {Problem[]} problems empty for a whole trace
 * @property {boolean} reachesUpstream an application other than the first one has its server span here
 * @property {import('./parse-trace.js').NamedFinding[]} suspects what may have cut off the rest
 */

/**
 * A trace as the rows of one tree, in the order and at the depth that came with it: the dashboard builds the tree and
 * judges it. A span without a parent here is at the margin.
 *
 * @param {Trace} trace
 * @returns {TraceModel}
 */
export function buildTraceModel(trace) {
  /** @type {Map<string, Span>} */
  const byId = new Map()
  for (const span of trace.spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span)
  const spans = [...byId.values()]
  const startUs = spans.reduce((least, span) => Math.min(least, span.startUs), Number.POSITIVE_INFINITY)
  const endUs = spans.reduce((most, span) => Math.max(most, span.startUs + span.durationUs), Number.NEGATIVE_INFINITY)
  const durationUs = spans.length === 0 ? 0 : endUs - startUs

  const failing = new Set(spans.filter(isFailed).map((span) => span.parentId))
  /** @type {Map<string | null, number>} */
  const below = new Map()
  for (const span of spans) below.set(span.parentId, (below.get(span.parentId) ?? 0) + span.durationUs)
  const rows = trace.places.flatMap(({ spanId, depth, orphan, gateway }, index) => {
    const span = byId.get(spanId)
    if (span === undefined) return []
    const offsetUs = span.startUs - startUs
    const parent = span.parentId === null ? undefined : byId.get(span.parentId)
    return {
      ...span,
      depth,
      parentService: parent?.service ?? null,
      lastChild: isLastChild(trace.places, index),
      offsetUs,
      left: durationUs === 0 ? 0 : offsetUs / durationUs,
      width: durationUs === 0 ? 1 : span.durationUs / durationUs,
      selfUs: Math.max(0, span.durationUs - (below.get(span.spanId) ?? 0)),
      failed: isFailed(span),
      origin: isFailed(span) && !failing.has(span.spanId),
      orphan,
      gateway,
    }
  })
  const { traceId, problems, reachesUpstream, suspects } = trace
  return { traceId, durationUs, rows, problems, reachesUpstream, suspects }
}

/**
 * What the process of a span is.
 *
 * @param {Pick<Row, 'proxy' | 'gateway'>} row
 * @returns {'app' | 'sidecar' | 'gateway'}
 */
export function roleOf({ proxy, gateway }) {
  return gateway ? 'gateway' : proxy ? 'sidecar' : 'app'
}

/**
 * Whether no sibling follows before the tree comes back to a lower depth; false for a root.
 *
 * @param {Trace['places']} places
 * @param {number} index
 */
function isLastChild(places, index) {
  const depth = places[index]?.depth ?? 0
  const next = places.slice(index + 1).find((place) => place.depth <= depth)
  return depth > 0 && (next === undefined || next.depth < depth)
}

/** @param {Span} span */
function isFailed(span) {
  return span.error || (span.status ?? 0) >= 400
}
