// @ts-check
import { byId, create, createIcon, setIcon, setText } from '../shared/dom.js'
import { formatClock, formatDuration, formatShortId } from '../shared/format.js'
import { createHistoryModel, latencyHeight, STRIP_SECONDS } from './history-model.js'
import { stateWords } from '../shared/states.js'

/**
 * @typedef {import('../shared/wire.js').Entry} Entry
 * @typedef {import('../shared/wire.js').CallState} CallState
 * @typedef {import('./history-model.js').Bucket} Bucket
 */

/** @type {CallState[]} */
const states = ['connected', 'denied', 'failing', 'unreachable']
const HEIGHT = 40

/**
 * The last three minutes as a strip, and the newest requests as a list to choose a trace from. The strip is for eye and
 * pointer; the list offers the same choices.
 *
 * @param {{ onChoose: (traceId: string) => void }} options
 * @returns {{ add(entries: Entry[], reset: boolean): void, mark(traceId: string): void, replicas(): number }}
 */
export function createHistoryView({ onChoose }) {
  const model = createHistoryModel()
  const list = byId('requests')
  const strip = byId('strip')
  /** @type {ReturnType<typeof createItem>[]} */
  const items = []
  let marked = ''
  let scheduled = false
  /** @type {(Bucket | undefined)[]} */
  let drawn = []

  const drawStrip = () => {
    drawn = model.buckets(Date.now())
    for (const state of states) byId(`strip-${state}`).setAttribute('d', stripPath(drawn, state))
  }
  const drawList = () => {
    // A list that moves under the pointer is hard to choose from.
    const held = list.matches(':hover, :focus-within')
    setText(byId('requests-note'), held ? 'List paused while you choose' : 'Choose one to see its trace')
    if (held) return
    const newest = model.newest()
    for (const [index, entry] of newest.entries()) {
      const item = items[index] ?? createItem(onChoose)
      if (items[index] === undefined) {
        items.push(item)
        list.append(item.element)
      }
      item.fill(entry, entry.traceId !== null && entry.traceId === marked)
    }
    for (const extra of items.splice(newest.length)) extra.element.remove()
    byId('history-empty').hidden = newest.length > 0
  }
  const draw = () => {
    scheduled = false
    drawStrip()
    drawList()
  }
  const schedule = () => {
    if (scheduled) return
    scheduled = true
    requestAnimationFrame(draw)
  }

  strip.addEventListener('click', (event) => {
    const box = strip.getBoundingClientRect()
    const at = Math.floor(((event.clientX - box.left) / box.width) * STRIP_SECONDS)
    const bucket = nearest(drawn, at)
    if (bucket?.worst.traceId) onChoose(bucket.worst.traceId)
  })
  strip.addEventListener('pointermove', (event) => {
    const box = strip.getBoundingClientRect()
    const bucket = nearest(drawn, Math.floor(((event.clientX - box.left) / box.width) * STRIP_SECONDS))
    setText(byId('strip-note'), bucket === undefined ? '' : describeBucket(bucket))
  })
  strip.addEventListener('pointerleave', () => setText(byId('strip-note'), ''))
  list.addEventListener('keydown', moveFocus)
  // The strip moves on without requests, so silence shows as a gap.
  setInterval(schedule, 1000)

  return {
    add(entries, reset) {
      model.add(entries, reset)
      schedule()
    },
    replicas: () => model.replicas(),
    mark(traceId) {
      marked = traceId
      for (const item of items) item.mark(traceId)
    },
  }
}

/**
 * The bars of one state as a single path, so that the strip has as many nodes after an hour as at its start. Each state
 * has its own shape: whole, cut once, cut into pieces, hollow.
 *
 * @param {(Bucket | undefined)[]} buckets
 * @param {CallState} state
 */
function stripPath(buckets, state) {
  let path = ''
  for (const [index, bucket] of buckets.entries()) {
    if (bucket === undefined || bucket.worst.state !== state) continue
    const x = index * 4
    const top = Math.round(HEIGHT * (1 - (state === 'connected' ? latencyHeight(bucket.longestMs) : 1)))
    if (state === 'connected') path += `M${x} ${top}h3V${HEIGHT}h-3z`
    else if (state === 'denied') path += `M${x} 0h3v16h-3zM${x} 24h3V${HEIGHT}h-3z`
    else if (state === 'failing') path += `M${x} 0h3v8h-3zM${x} 16h3v8h-3zM${x} 32h3v8h-3z`
    else path += `M${x} 0h1V${HEIGHT}h-1zM${x + 2} 0h1V${HEIGHT}h-1zM${x} 0h3v3h-3z`
  }
  return path
}

/**
 * @param {(Bucket | undefined)[]} buckets
 * @param {number} at
 */
function nearest(buckets, at) {
  for (let away = 0; away < 6; away += 1) {
    const found = buckets[at - away] ?? buckets[at + away]
    if (found !== undefined) return found
  }
  return undefined
}

/** @param {Bucket} bucket */
function describeBucket({ worst, count, longestMs }) {
  const requests = count === 1 ? '1 request' : `${count} requests, slowest`
  return `${formatClock(new Date(worst.atMs))} · ${stateWords[worst.state].label} · ${requests} ${formatDuration(longestMs * 1000)}`
}

/** @param {(traceId: string) => void} onChoose */
function createItem(onChoose) {
  const icon = createIcon('icon-connected')
  const clock = create('span', { class: 'request-clock' })
  const state = create('span', { class: 'request-state' })
  const duration = create('span', { class: 'request-duration' })
  const trace = create('code', { class: 'request-trace' })
  const button = create('button', { class: 'request' }, [clock, icon, state, duration, trace])
  button.type = 'button'
  const element = create('li', {}, [button])
  /** @type {string | null} */
  let traceId = null
  button.addEventListener('click', () => {
    if (traceId !== null) onChoose(traceId)
  })
  /** @param {boolean} chosen */
  const setChosen = (chosen) => {
    if (chosen) button.setAttribute('aria-current', 'true')
    else button.removeAttribute('aria-current')
  }
  return {
    element,
    /**
     * @param {Entry} entry
     * @param {boolean} chosen
     */
    fill(entry, chosen) {
      traceId = entry.traceId
      const words = stateWords[entry.state]
      button.dataset['state'] = entry.state
      button.setAttribute('aria-disabled', String(traceId === null))
      setChosen(chosen)
      setIcon(icon, words.icon)
      setText(clock, formatClock(new Date(entry.atMs)))
      setText(state, entry.count === null ? words.label : `${words.label} ${entry.count}`)
      setText(duration, formatDuration((entry.durationMs ?? 0) * 1000))
      setText(trace, traceId === null ? 'no trace' : formatShortId(traceId))
    },
    /** @param {string} chosenId */
    mark: (chosenId) => setChosen(traceId !== null && traceId === chosenId),
  }
}

/** @param {KeyboardEvent} event */
function moveFocus(event) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.findIndex((button) => button === document.activeElement)
  buttons[at + step]?.focus()
  event.preventDefault()
}
