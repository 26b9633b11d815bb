// @ts-check
import { stateWords } from '../shared/states.js'

/**
 * @typedef {import('../shared/states.js').PageState} PageState
 * @typedef {import('../mesh/parse-mesh-status.js').MeshStatus} MeshStatus
 * @typedef {import('../mesh/parse-mesh-status.js').SidecarStatus} SidecarStatus
 * @typedef {import('./traced-hops.js').TracedHop} TracedHop
 *
 * @typedef {'ok' | 'failed' | 'unreached' | 'unknown'} PartStatus
 * @typedef {TracedHop & { label: string, detail: string, status: PartStatus, fault: string | null, sidecar:
 * SidecarStatus | null, service: SidecarStatus | null }} Hop `service`: the lab's status of an application
 * @typedef {{ kind: 'http' | 'mtls', label: string, status: PartStatus, fault: string | null, breaks: boolean }} Edge
 * @typedef {{ hops: Hop[], edges: Edge[] }} PathModel `edges[i]` joins `hops[i]` and `hops[i + 1]`
 */

/**
 * The sidecar that denied a call, according to its trace: the last one that saw it.
 *
 * @param {TracedHop[]} reached
 * @param {MeshStatus | null} mesh
 * @returns {string | null} its name in the mesh, else in its spans
 */
export function deniedBy(reached, mesh) {
  const hop = reached.findLast(({ role }) => role === 'sidecar')
  return hop === undefined ? null : (findSidecar(hop, mesh)?.name ?? hop.name)
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
 * @param {boolean} [input.ownService] another service in place of counting
 * @param {string | null} [input.brokenAt] the application that is known not to propagate the trace
 * @returns {PathModel}
 */
export function buildPathModel({ state, status, known, reached, mesh, brokenAt = null, ownService = false }) {
  const traced = withEntryOf(reached ?? [], longer(known, reached ?? [], ownService))
  const line = withSidecars(withOwnService(traced, ownService), mesh?.sidecars ?? [])
  /** @type {Hop[]} */
  const hops = [browserHop, ...line].map((hop) => {
    const sidecar = findSidecar(hop, mesh)
    const label = sidecar?.name ?? hop.name
    return {
      ...hop,
      label,
      detail: detailOf(hop),
      status: 'ok',
      fault: null,
      sidecar,
      service: findService(hop, mesh),
    }
  })
  /** @type {Edge[]} */
  const edges = hops.slice(1).map((hop, index) => {
    // Only the trace ended here, not the request, so the line stays whole.
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
const browserHop = { role: 'browser', name: 'browser', nodeId: null, direction: null, detached: false }
/** @type {TracedHop} */
const untracedApp = { role: 'app', name: 'dashboard', nodeId: null, direction: null, detached: false }
const OWN_SERVICE = 'your service'

/**
 * Where the call ended, by its own trace, or else by its answer.
 *
 * @param {{ state: PageState, status: number | null, hops: Hop[], reached: TracedHop[] | null }} input
 * @returns {{ at: 'hop' | 'edge', index: number } | undefined}
 */
function placeOfEnd({ state, status, hops, reached }) {
  const last = hops.length - 1
  if (state === 'disconnected') return { at: 'edge', index: 0 }
  const own = hops.findIndex((hop) => hop.own !== undefined)
  if (state === 'failing') return { at: 'hop', index: own < 0 ? last : own }
  if (state === 'denied') {
    const refusing = hops.findLastIndex((hop) => hop.role === 'sidecar' && hop.direction === 'inbound')
    const traced = reached === null ? -1 : reached.findLastIndex((hop) => hop.role === 'sidecar') + 1
    if (traced > 0 || refusing > 0) return { at: 'hop', index: traced > 0 ? traced : refusing }
    // No sidecar is known, and the application at the end did not refuse the call.
    return { at: 'edge', index: last - 1 }
  }
  if (state !== 'unreachable') return undefined
  const down = hops.findIndex(({ sidecar, service }) => isDown(sidecar) || isDown(service))
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
 * @param {TracedHop[]} known
 * @param {TracedHop[]} reached
 * @param {boolean} ownService
 * @returns {TracedHop[]}
 */
function longer(known, reached, ownService) {
  const line = reached.length > known.length ? reached : known
  const start = line.length === 0 ? [untracedApp] : line
  // A call that ended early shows only its beginning, but the path still ends at counting.
  const apps = start.filter((hop) => hop.role === 'app')
  return apps.length < 2 && !ownService ? [...start, { ...untracedApp, name: 'counting' }] : start
}

/**
 * The user's service comes after the last inbound sidecar, whether it has spans or not; what it calls is behind it.
 *
 * @param {TracedHop[]} line
 * @param {boolean} ownService
 * @returns {TracedHop[]}
 */
function withOwnService(line, ownService) {
  if (!ownService) return line
  const at = Math.max(
    line.findLastIndex((hop) => hop.role === 'sidecar' && hop.direction === 'inbound'),
    line.findIndex((hop) => hop.role === 'app'),
  )
  const next = line[at + 1]
  const hasSpans = next?.role === 'app' && next.name !== 'counting'
  /** @type {TracedHop} */
  const own = { ...untracedApp, name: hasSpans ? next.name : OWN_SERVICE, own: hasSpans ? 'traced' : 'untraced' }
  return [...line.slice(0, at + 1), own, ...line.slice(hasSpans ? at + 2 : at + 1)]
}

/**
 * A request of the browser may enter through a sidecar that the dashboard's own requests don't pass: the newest one
 * counts.
 *
 * @param {TracedHop[]} reached
 * @param {TracedHop[]} line
 * @returns {TracedHop[]}
 */
function withEntryOf(reached, line) {
  const entry = reached.findIndex((hop) => hop.role === 'app')
  const start = line.findIndex((hop) => hop.role === 'app')
  return entry < 0 || start < 0 ? line : [...reached.slice(0, entry), ...line.slice(start)]
}

/**
 * Sidecars without a span (tracer off) are in the path if the lab reports them.
 *
 * @param {TracedHop[]} line
 * @param {SidecarStatus[]} sidecars
 * @returns {TracedHop[]}
 */
function withSidecars(line, sidecars) {
  if (sidecars.length === 0 || line.some((hop) => hop.role === 'sidecar')) return line
  const own = line.findIndex((hop) => hop.own !== undefined)
  const end = own < 0 ? line.length - 1 : own
  return line.flatMap((hop, index) => {
    if (index > end) return [hop]
    const named = sidecars.find((item) => item.name === `${hop.name}-sidecar`)
    // The application behind the last sidecar may have any name.
    const beside = named ?? (index === end ? sidecars.find(({ name }) => name === 'counting-sidecar') : undefined)
    if (beside === undefined) return [hop]
    /** @type {TracedHop} */
    const sidecar = {
      role: 'sidecar',
      name: beside.name,
      nodeId: beside.nodeId,
      direction: index === 0 ? 'outbound' : 'inbound',
      detached: false,
    }
    return index === 0 ? [hop, sidecar] : [sidecar, hop]
  })
}

/**
 * The mesh's status of the sidecar at a hop. They match by the id of its Envoy; names differ between meshes and are
 * used only if an id is missing.
 *
 * @param {TracedHop} hop
 * @param {MeshStatus | null} mesh
 * @returns {SidecarStatus | null}
 */
function findSidecar({ role, name, nodeId }, mesh) {
  if (role !== 'sidecar') return null
  const found = mesh?.sidecars.find((sidecar) =>
    sidecar.nodeId !== null && nodeId !== null
      ? sidecar.nodeId === nodeId
      : sidecar.name === name || sidecar.name === `${name}-sidecar`,
  )
  return found ?? null
}

/**
 * The lab's status of the application at a hop.
 *
 * @param {TracedHop} hop
 * @param {MeshStatus | null} mesh
 * @returns {SidecarStatus | null}
 */
function findService({ role, name, own }, mesh) {
  const listed = own === undefined ? name : OWN_SERVICE
  return (role === 'app' && mesh?.services.find((service) => service.name === listed)) || null
}

/** @param {SidecarStatus | null} part */
function isDown(part) {
  return part?.state === 'down' || part?.state === 'starting'
}

/** @param {TracedHop} hop */
function detailOf(hop) {
  if (hop.role === 'browser') return 'this page'
  if (hop.own !== undefined) return hop.own === 'traced' ? 'your service' : 'no span of its own'
  const role = hop.role === 'app' ? 'application' : hop.gateway ? 'gateway' : 'sidecar'
  if (hop.tries !== undefined) return `${role}, ${hop.tries} tries`
  return role === 'sidecar' ? `sidecar, ${hop.direction ?? 'inbound'}` : role
}
