// @ts-check
import { byId, create, createIcon, createLongTerm, createName, createTerm, setText } from '../shared/dom.js'
import { buildPulse, placeHops } from './pulse-model.js'

/**
 * @typedef {import('./path-model.js').PathModel} PathModel
 * @typedef {import('./path-model.js').Hop} Hop
 * @typedef {import('./path-model.js').Edge} Edge
 */

const statusWords = { ok: 'reached', failed: 'ended here', unreached: 'not reached', unknown: 'not known yet' }
const sidecarWords = { ready: 'ready', starting: 'starting', down: 'down', rejected: 'configuration rejected' }

/**
 * The path as a list of hops with their connections between them; redrawn only when something in it changed.
 *
 * @returns {{ show(model: PathModel): void, pulse(times: import('./traced-hops.js').HopTime[]): void }}
 */
export function createPathView() {
  const list = byId('path')
  const dot = byId('pulse')
  let drawn = ''
  /** @type {PathModel | undefined} */
  let shown

  return {
    show(model) {
      const key = JSON.stringify(model)
      if (key === drawn) return
      drawn = key
      shown = model
      const focused = [...list.querySelectorAll('button')].findIndex((term) => term === document.activeElement)
      list.replaceChildren(
        ...model.hops.flatMap((hop, index) => {
          const before = model.edges[index - 1]
          const after = model.edges[index]
          const item = drawHop(hop, before, after)
          return after === undefined ? [item] : [item, drawEdge(after)]
        }),
      )
      list.style.setProperty('--hops', String(model.hops.length))
      list.querySelectorAll('button')[focused]?.focus({ preventScroll: true })
    },
    pulse(times) {
      const pulse = buildPulse(times)
      if (pulse === undefined) return
      setText(
        byId('pulse-note'),
        pulse.slower > 1 ? `Each dot is a request, ${pulse.slower} times slower than it was` : '',
      )
      if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
      const places = placesOf(list)
      const drawnAt = [0, ...placeHops(times, shown?.hops ?? [])]
      for (const running of dot.getAnimations()) running.cancel()
      dot.animate(
        pulse.stops.map(({ offset, hop }) => {
          const { x, y } = places[drawnAt[hop] ?? 0] ?? { x: 0, y: 0 }
          return { offset, opacity: 1, transform: `translate(${x}px, ${y}px)` }
        }),
        { duration: pulse.totalMs },
      )
    },
  }
}

/**
 * The middle of each hop, from the corner of the path.
 *
 * @param {HTMLElement} list
 */
function placesOf(list) {
  const corner = list.getBoundingClientRect()
  return [...list.querySelectorAll('.hop-tile')].map((tile) => {
    const box = tile.getBoundingClientRect()
    return { x: box.left - corner.left + box.width / 2, y: box.top - corner.top + box.height / 2 }
  })
}

/**
 * @param {Hop} hop
 * @param {Edge | undefined} before
 * @param {Edge | undefined} after
 */
function drawHop(hop, before, after) {
  const badge = hop.status === 'failed' ? createIcon('icon-cross', 'icon hop-badge') : null
  const tile = create('span', { class: 'hop-tile' }, [createIcon(`icon-${hop.role}`, 'hop-icon'), badge])
  const rail = create('span', { class: 'rail' }, [drawLine(before), tile, drawLine(after)])
  const words = create('span', { class: 'hop-words' }, [
    createName('hop-name', hop.label),
    hop.role === 'sidecar'
      ? createTerm(hop.gateway ? 'gateway' : 'sidecar', hop.detail)
      : create('span', { class: 'hop-detail', text: hop.detail }),
    // One line for both: a sidecar that is down says more than that the call ended there.
    hop.sidecar !== null && (hop.fault === null || hop.sidecar.state !== 'ready')
      ? drawState(hop.sidecar)
      : hop.service !== null && (hop.service.state !== 'ready' || hop.service.restarts > 0 || hop.own !== undefined)
        ? drawState(hop.service)
        : hop.fault !== null
          ? create('span', { class: 'hop-fault', text: hop.fault })
          : null,
    create('span', { class: 'visually-hidden', text: `, ${statusWords[hop.status]}` }),
  ])
  const item = create('li', { class: `hop hop-${hop.role}` }, [rail, words])
  item.dataset['status'] = hop.status
  return item
}

/** @param {import('../mesh/parse-mesh-status.js').SidecarStatus} sidecar or a service */
function drawState(sidecar) {
  const wait = sidecar.restartsInMs === null ? '' : `, restarting in ${Math.ceil(sidecar.restartsInMs / 1000)} s`
  const restarts = sidecar.restarts > 0 ? `, restarted ${sidecar.restarts}×` : ''
  const state = `${sidecarWords[sidecar.state]}${wait}${restarts}`
  const chip = create('span', { class: 'sidecar' }, [
    createIcon(
      sidecar.state === 'ready' ? 'icon-check' : sidecar.state === 'starting' ? 'icon-connecting' : 'icon-cross',
    ),
    sidecar.reason === null
      ? create('span', { text: state })
      : createLongTerm('sidecar', `${state}: ${sidecar.reason}`),
  ])
  chip.dataset['sidecar'] = sidecar.reason === null ? sidecar.state : 'impaired'
  return chip
}

/** @param {Edge} edge */
function drawEdge(edge) {
  const icon = edge.status === 'failed' || edge.breaks ? 'icon-cross' : edge.kind === 'mtls' ? 'icon-lock' : null
  const chip = create('span', { class: 'edge-chip' }, [
    icon === null ? null : createIcon(icon),
    edge.kind === 'mtls' && edge.fault === null && !edge.breaks
      ? createTerm('mtls', edge.label)
      : create('span', { text: edge.fault ?? edge.label }),
  ])
  const line = drawLine(edge)
  const item = create('li', { class: edge.breaks ? 'edge edge-break' : 'edge' }, [line, chip])
  item.dataset['status'] = edge.status
  return item
}

/** @param {Edge | undefined} edge */
function drawLine(edge) {
  const line = create('span', { class: 'line' })
  if (edge !== undefined) {
    line.dataset['kind'] = edge.kind
    line.dataset['status'] = edge.status
  }
  return line
}
