// @ts-check
import { byId, setText } from '../shared/dom.js'
import { panBy, wholeTrace, zoomBy } from './zoom-model.js'

const FACTOR = 1.6
const STEP = 0.2

/**
 * Zooming by buttons, keys and the wheel with Ctrl held (a pinch on a touchpad).
 *
 * @param {{ onChange: () => void }} options
 * @returns {{ current(): import('./zoom-model.js').Zoom, onKey(event: KeyboardEvent): boolean }} `onKey`: whether the key was for it
 */
export function createZoomControl({ onChange }) {
  let zoom = wholeTrace
  /** @param {import('./zoom-model.js').Zoom} next */
  const set = (next) => {
    zoom = next
    const share = zoom.to - zoom.from
    byId('zoom-reset').hidden = share === 1
    setText(
      byId('zoom-reset'),
      `Whole trace (now ${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %)`,
    )
    onChange()
  }
  byId('zoom-in').addEventListener('click', () => set(zoomBy(zoom, FACTOR)))
  byId('zoom-out').addEventListener('click', () => set(zoomBy(zoom, 1 / FACTOR)))
  byId('zoom-reset').addEventListener('click', () => set(wholeTrace))
  byId('rows').addEventListener(
    'wheel',
    (event) => {
      const lane = event.target instanceof Element ? event.target.closest('tr')?.querySelector('.lane') : undefined
      if (!event.ctrlKey || lane === undefined || lane === null) return
      event.preventDefault()
      const box = lane.getBoundingClientRect()
      const around = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
      set(zoomBy(zoom, event.deltaY < 0 ? FACTOR : 1 / FACTOR, around))
    },
    { passive: false },
  )

  return {
    current: () => zoom,
    onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return false
      if (event.key === '+' || event.key === '=') set(zoomBy(zoom, FACTOR))
      else if (event.key === '-') set(zoomBy(zoom, 1 / FACTOR))
      else if (event.key === '0') set(wholeTrace)
      else if (event.key === 'ArrowLeft') set(panBy(zoom, -STEP))
      else if (event.key === 'ArrowRight') set(panBy(zoom, STEP))
      else return false
      event.preventDefault()
      return true
    },
  }
}
