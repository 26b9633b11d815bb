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
 *   ownUs: number,
 *   failed: boolean,
 *   origin: boolean,
 *   orphan: boolean,
 * }} Row a span in tree order; `left` and `width` are parts of the trace's length, 0 to 1; `ownUs`: its duration without that of its children; `origin`: failed, and nothing below it did; `orphan` names a parent that is not there
 *
 * @typedef {object} TraceModel
 * @property {string} traceId
 * @property {number} durationUs from the first start to the last end
 * @property {Row[]} rows
 * @property {Problem[]} problems empty for a whole trace
 * @property {boolean} reachesUpstream an application other than the first one has its server span here
 */

/**
 * A trace as rows of one tree, by the parent ids the spans carry and nothing else: what has no parent here stands at the
 * margin. What is wrong with it comes with the trace: the dashboard judges it.
 *
 * @param {Trace} trace
 * @returns {TraceModel}
 */
export function buildTraceModel(trace) {
  const spans = uniqueSpans(trace.spans)
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const startUs = spans.reduce((least, span) => Math.min(least, span.startUs), Number.POSITIVE_INFINITY)
  const endUs = spans.reduce((most, span) => Math.max(most, span.startUs + span.durationUs), Number.NEGATIVE_INFINITY)
  const durationUs = spans.length === 0 ? 0 : endUs - startUs

  const { order, depths, lasts } = orderByParent(spans, byId)
  const failing = new Set(spans.filter(isFailed).map((span) => span.parentId))
  /** @type {Map<string | null, number>} */
  const below = new Map()
  for (const span of spans) below.set(span.parentId, (below.get(span.parentId) ?? 0) + span.durationUs)
  const rows = order.map((span) => {
    const offsetUs = span.startUs - startUs
    const parent = span.parentId === null ? undefined : byId.get(span.parentId)
    return {
      ...span,
      depth: depths.get(span.spanId) ?? 0,
      parentService: parent?.service ?? null,
      lastChild: lasts.has(span.spanId),
      offsetUs,
      left: durationUs === 0 ? 0 : offsetUs / durationUs,
      width: durationUs === 0 ? 1 : span.durationUs / durationUs,
      ownUs: Math.max(0, span.durationUs - (below.get(span.spanId) ?? 0)),
      failed: isFailed(span),
      origin: isFailed(span) && !failing.has(span.spanId),
      orphan: span.parentId !== null && parent === undefined,
    }
  })
  return { traceId: trace.traceId, durationUs, rows, problems: trace.problems, reachesUpstream: trace.reachesUpstream }
}

/**
 * The same span id reported twice can't be told apart as a parent: the first one is drawn.
 *
 * @param {Span[]} spans
 */
function uniqueSpans(spans) {
  const seen = new Set()
  return spans.filter((span) => !seen.has(span.spanId) && seen.add(span.spanId))
}

/**
 * Depth first, siblings by start. Spans that are their own ancestors are reached by no root: they go to the margin.
 *
 * @param {Span[]} spans
 * @param {Map<string, Span>} byId
 */
function orderByParent(spans, byId) {
  const roots = spans.filter((span) => span.parentId === null || !byId.has(span.parentId)).sort(byStart)
  /** @type {Map<string | null, Span[]>} */
  const children = new Map()
  for (const span of [...spans].sort(byStart)) {
    children.set(span.parentId, [...(children.get(span.parentId) ?? []), span])
  }
  /** @type {Span[]} */
  const order = []
  /** @type {Map<string, number>} */
  const depths = new Map()
  /** @type {Set<string>} */
  const lasts = new Set()

  /**
   * @param {Span} span
   * @param {number} depth
   */
  const visit = (span, depth) => {
    if (depths.has(span.spanId)) return
    depths.set(span.spanId, depth)
    order.push(span)
    const below = children.get(span.spanId) ?? []
    const last = below.at(-1)
    if (last !== undefined) lasts.add(last.spanId)
    for (const child of below) visit(child, depth + 1)
  }
  for (const root of roots) visit(root, 0)
  for (const span of [...spans].sort(byStart)) visit(span, 0)
  return { order, depths, lasts }
}

/** @param {Span} span */
function isFailed(span) {
  return span.error || (span.status ?? 0) >= 400
}

/**
 * @param {Span} a
 * @param {Span} b
 */
function byStart(a, b) {
  return a.startUs - b.startUs || b.durationUs - a.durationUs
}
