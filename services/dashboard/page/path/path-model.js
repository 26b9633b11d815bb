// @ts-check
import { stateWords } from '../shared/states.js'

/**
 * @typedef {import('../trace/trace-model.js').Row} Row
 * @typedef {import('../trace/trace-model.js').TraceModel} TraceModel
 * @typedef {import('../shared/states.js').PageState} PageState
 * @typedef {import('../mesh/parse-mesh-status.js').MeshStatus} MeshStatus
 * @typedef {import('../mesh/parse-mesh-status.js').SidecarStatus} SidecarStatus
 *
 * @typedef {'ok' | 'failed' | 'unreached' | 'unknown'} PartStatus
 * @typedef {{ role: 'browser' | 'app' | 'sidecar', name: string, direction: 'inbound' | 'outbound' | null, detached: boolean, tries?: number }} TracedHop
 * @typedef {{ role: TracedHop['role'], name: string, startUs: number, endUs: number, detached: boolean }} HopTime
 * @typedef {TracedHop & { detail: string, status: PartStatus, fault: string | null, sidecar: SidecarStatus | null }} Hop
 * @typedef {{ kind: 'http' | 'mtls', label: string, status: PartStatus, fault: string | null, breaks: boolean }} Edge
 * @typedef {{ hops: Hop[], edges: Edge[] }} PathModel `edges[i]` joins `hops[i]` and `hops[i + 1]`
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

/**
 * Who refused a denied call, as far as its trace tells: the last proxy that saw it.
 *
 * @param {TracedHop[]} reached
 * @returns {string | null}
 */
export function deniedBy(reached) {
  return reached.findLast((hop) => hop.role === 'sidecar')?.name ?? null
}

/** @param {TraceModel} model */
function groupsOf(model) {
  /** @type {{ hop: TracedHop, rows: Row[] }[]} */
  const groups = []
  for (const row of mainLine(model.rows)) {
    const last = groups.at(-1)
    const role = row.proxy ? 'sidecar' : 'app'
    if (last !== undefined && last.hop.role === role && last.hop.name === row.service) {
      last.rows.push(row)
      continue
    }
    const direction = row.proxy ? (row.kind === 'client' ? 'outbound' : 'inbound') : null
    const detached = row.depth === 0 && groups.length > 0
    const siblings = model.rows.filter((each) => each.parentId === row.parentId && each.service === row.service)
    const tries = row.parentId === null ? 1 : siblings.length
    const hop = { role, name: row.service, direction, detached, ...(tries > 1 && { tries }) }
    groups.push({ hop: /** @type {TracedHop} */ (hop), rows: [row] })
  }
  return groups
}

/**
 * What to draw: the hops of the longest trace known to lead this way, the state of each sidecar where the lab tells
 * it, and the place where the newest call ended.
 *
 * @param {object} input
 * @param {PageState} input.state of the newest call
 * @param {number | null} input.status HTTP status of the newest call
 * @param {TracedHop[]} input.known hops of the last whole trace
 * @param {TracedHop[] | null} input.reached hops of a trace of a call that ended in this very state, if one is there
 * @param {MeshStatus | null} input.mesh
 * @param {string | null} [input.brokenAt] the application that is known not to carry the trace on
 * @returns {PathModel}
 */
export function buildPathModel({ state, status, known, reached, mesh, brokenAt = null }) {
  const line = withSidecars(longer(known, reached ?? []), mesh?.sidecars ?? [])
  /** @type {Hop[]} */
  const hops = [browserHop, ...line].map((hop) => {
    const sidecar = mesh?.sidecars.find((item) => isSidecarOf(item, hop)) ?? null
    return { ...hop, detail: detailOf(hop), status: 'ok', fault: null, sidecar }
  })
  /** @type {Edge[]} */
  const edges = hops.slice(1).map((hop, index) => {
    // The request went on, only the trace did not: the line stays whole.
    const before = hops[index]
    const breaks = hop.detached || (brokenAt !== null && before?.role === 'app' && before.name === brokenAt)
    const mtls = hop.role === 'sidecar' && before?.role === 'sidecar'
    return {
      kind: mtls ? 'mtls' : 'http',
      label: breaks ? 'Trace breaks' : mtls ? 'mTLS' : 'HTTP',
      status: 'ok',
      fault: null,
      breaks,
    }
  })
  if (state === 'connecting') for (const part of [...hops, ...edges]) part.status = 'unknown'
  const end = placeOfEnd({ state, status, hops, reached })
  if (end !== undefined) markEnd(hops, edges, { ...end, fault: stateWords[state].fault })
  return { hops, edges }
}

/** @type {TracedHop} */
const browserHop = { role: 'browser', name: 'browser', direction: null, detached: false }
/** @type {TracedHop[]} */
const untraced = [
  { role: 'app', name: 'dashboard', direction: null, detached: false },
  { role: 'app', name: 'counting', direction: null, detached: false },
]

/**
 * Where the call ended. Its own trace knows best; without one, what the answer proves.
 *
 * @param {{ state: PageState, status: number | null, hops: Hop[], reached: TracedHop[] | null }} input
 * @returns {{ at: 'hop' | 'edge', index: number } | undefined}
 */
function placeOfEnd({ state, status, hops, reached }) {
  const last = hops.length - 1
  if (state === 'disconnected') return { at: 'edge', index: 0 }
  if (state === 'failing') return { at: 'hop', index: last }
  if (state === 'denied') {
    const refusing = hops.findLastIndex((hop) => hop.role === 'sidecar' && hop.direction === 'inbound')
    const traced = reached === null ? -1 : reached.findLastIndex((hop) => hop.role === 'sidecar') + 1
    if (traced > 0 || refusing > 0) return { at: 'hop', index: traced > 0 ? traced : refusing }
    // No sidecar is known; the application at the end is not the one that refused.
    return { at: 'edge', index: last - 1 }
  }
  if (state !== 'unreachable') return undefined
  const down = hops.findIndex((hop) => hop.sidecar?.state === 'down' || hop.sidecar?.state === 'starting')
  if (down > 0) return { at: 'hop', index: down }
  if (reached !== null && reached.length > 0) return { at: 'edge', index: Math.min(reached.length, last - 1) }
  const firstApp = hops.findIndex((hop) => hop.role === 'app')
  // A status means that a proxy answered, so the hop to the first proxy works.
  const answered = status === null ? firstApp : firstApp + 1
  return { at: 'edge', index: Math.max(0, Math.min(answered, last - 1)) }
}

/**
 * @param {Hop[]} hops
 * @param {Edge[]} edges
 * @param {{ at: 'hop' | 'edge', index: number, fault: string }} end
 */
function markEnd(hops, edges, { at, index, fault }) {
  const failed = at === 'hop' ? hops[index] : edges[index]
  for (const hop of hops.slice(index + 1)) hop.status = 'unreached'
  for (const edge of edges.slice(at === 'hop' ? index : index + 1)) edge.status = 'unreached'
  if (failed !== undefined) Object.assign(failed, { status: 'failed', fault })
}

/**
 * From each root down, taking the child that leads deepest (the last of equals: of several tries, the one that counted).
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

/**
 * @param {TracedHop[]} known
 * @param {TracedHop[]} reached
 * @returns {TracedHop[]}
 */
function longer(known, reached) {
  const line = reached.length > known.length ? reached : known
  // A call that ended early shows its beginning only; the far end of the path is counting all the same.
  const apps = line.filter((hop) => hop.role === 'app')
  if (line.length === 0) return untraced
  return apps.length < 2 ? [...line, ...untraced.slice(1)] : line
}

/**
 * Sidecars that left no span (tracer off) stand in the path all the same when the lab says that they are there.
 *
 * @param {TracedHop[]} line
 * @param {SidecarStatus[]} sidecars
 * @returns {TracedHop[]}
 */
function withSidecars(line, sidecars) {
  if (sidecars.length === 0 || line.some((hop) => hop.role === 'sidecar')) return line
  return line.flatMap((hop, index) => {
    const own = sidecars.find((item) => item.name === `${hop.name}-sidecar`)
    if (own === undefined) return [hop]
    /** @type {TracedHop} */
    const sidecar = {
      role: 'sidecar',
      name: own.name,
      direction: index === 0 ? 'outbound' : 'inbound',
      detached: false,
    }
    return index === 0 ? [hop, sidecar] : [sidecar, hop]
  })
}

/**
 * @param {SidecarStatus} sidecar
 * @param {TracedHop} hop
 */
function isSidecarOf(sidecar, hop) {
  return hop.role === 'sidecar' && (sidecar.name === hop.name || sidecar.name === `${hop.name}-sidecar`)
}

/** @param {TracedHop} hop */
function detailOf(hop) {
  if (hop.role === 'browser') return 'this page'
  if (hop.tries !== undefined) return `${hop.role === 'app' ? 'application' : 'Envoy'}, ${hop.tries} tries`
  if (hop.role === 'app') return 'application'
  return `Envoy, ${hop.direction ?? 'inbound'}`
}
