// @ts-check

/**
 * @typedef {import('../trace/trace-model.js').Row} Row
 * @typedef {import('../trace/trace-model.js').TraceModel} TraceModel
 *
 * @typedef {{ role: 'browser' | 'app' | 'sidecar', name: string, nodeId: string | null, direction: 'inbound' |
 * 'outbound' | null, detached: boolean, gateway?: boolean, tries?: number, own?: 'traced' | 'untraced' }} TracedHop
 * `nodeId`: of a sidecar's Envoy; `gateway`: it has no application beside it; `own`: the user's service, with or without
 * spans
 * @typedef {{ role: TracedHop['role'], name: string, startUs: number, endUs: number, detached: boolean }} HopTime
 */

/**
 * The hops a trace went through, browser excluded, in order: neighbouring spans of one application or one proxy are
 * one hop. A later root starts a hop that is `detached` from the one before it.
 *
 * @param {TraceModel} model
 * @returns {TracedHop[]}
 */
export function hopsOf(model) {
  return groupsOf(model).map(({ hop }) => hop)
}

/**
 * When a request reached each hop of {@link hopsOf} and when it left it.
 *
 * @param {TraceModel} model
 * @returns {HopTime[]}
 */
export function hopTimesOf(model) {
  return groupsOf(model).map(({ hop, rows }) => ({
    role: hop.role,
    name: hop.name,
    startUs: Math.min(...rows.map((row) => row.startUs)),
    endUs: Math.max(...rows.map((row) => row.startUs + row.durationUs)),
    detached: hop.detached,
  }))
}

/** Envoy's name of the span of its request to an upstream (`spawn_upstream_span`); it has no `node_id`. */
const UPSTREAM_SPAN = /^router .* egress$/

/** @param {TraceModel} model */
function groupsOf(model) {
  /** @type {{ hop: TracedHop, rows: Row[] }[]} */
  const groups = []
  for (const row of mainLine(model.rows)) {
    const last = groups.at(-1)
    const role = row.proxy ? 'sidecar' : 'app'
    const nodeId = row.proxy ? row.nodeId : null
    const direction = row.proxy ? (row.kind === 'client' ? 'outbound' : 'inbound') : null
    const same = last?.hop.role === role && last.hop.name === row.service && last.hop.nodeId === nodeId
    const isUpstream =
      last?.hop.name === row.service && last.rows.at(-1)?.spanId === row.parentId && UPSTREAM_SPAN.test(row.name)
    // In and out again: an application without spans is between the two.
    if (isUpstream || (same && !(last.hop.direction === 'inbound' && direction === 'outbound'))) {
      last.rows.push(row)
      continue
    }
    const detached = row.depth === 0 && groups.length > 0
    const siblings = model.rows.filter((each) => each.parentId === row.parentId && each.service === row.service)
    const tries = row.parentId === null ? 1 : siblings.length
    const hop = {
      role,
      name: row.service,
      nodeId,
      direction,
      detached,
      ...(row.gateway && { gateway: true }),
      ...(tries > 1 && { tries }),
    }
    groups.push({ hop: /** @type {TracedHop} */ (hop), rows: [row] })
  }
  return groups
}

/**
 * From each root down, taking the child that leads deepest (the last of equals, which is the decisive one of several
 * tries).
 *
 * @param {Row[]} rows in tree order
 * @returns {Row[]}
 */
function mainLine(rows) {
  /** @type {Row[]} */
  const line = []
  const starts = rows.flatMap((row, index) => (row.depth === 0 ? [index] : []))
  for (const [nth, start] of starts.entries()) {
    const tree = rows.slice(start, starts[nth + 1] ?? rows.length)
    const deepest = tree.reduce((best, row, index) => (row.depth >= (tree[best]?.depth ?? 0) ? index : best), 0)
    let wanted = tree[deepest]
    const branch = []
    for (const row of tree.slice(0, deepest + 1).toReversed()) {
      if (row === wanted || row.spanId === wanted?.parentId) {
        branch.unshift(row)
        wanted = row
      }
    }
    line.push(...branch)
  }
  return line
}
