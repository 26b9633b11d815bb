// @ts-check
import { requestJson } from './api.js'
import { byId, setText } from './dom.js'
import { formatShortId, formatTraceLink } from './format.js'
import { parseTrace } from './parse-trace.js'
import { createTraceChaser } from './trace-chaser.js'
import { createWaterfallView } from './waterfall-view.js'
import { isRecord, parseErrorMessage, parseTraceId } from './wire.js'

/**
 * @typedef {import('./trace-model.js').TraceModel} TraceModel
 * @typedef {import('./trace-chaser.js').Lookup} Lookup
 * @typedef {import('./trace-chaser.js').Quarry} Quarry
 */

/**
 * The trace panel: follows the newest trace, or holds the one named by `?trace=`.
 *
 * @param {{ onSettled: (model: TraceModel, quarry: Quarry) => void }} options called for traces that were followed, not for a held one
 * @returns {{ offer(quarry: Quarry): void, explain(text: string): void, useLinks(traceUiUrl: string | null): void }}
 */
export function createTraceView({ onSettled }) {
  const waterfall = createWaterfallView()
  let held = parseTraceId(new URLSearchParams(location.search).get('trace'))
  let shown = ''
  let spans = 0
  /** @type {string | null} */
  let template = null

  /**
   * @param {TraceModel} model
   */
  const show = (model) => {
    shown = model.traceId
    waterfall.show(model)
    drawTools()
  }

  const drawTools = () => {
    const id = byId('trace-id')
    /** @type {HTMLAnchorElement} */
    const open = byId('open')
    const link = formatTraceLink(template, shown)
    byId('trace-tools').hidden = shown === '' && held === null
    for (const part of [id, open, byId('copy')]) part.hidden = shown === ''
    setText(id, formatShortId(shown))
    id.title = shown
    open.href = link.href
    open.target = link.external ? '_blank' : ''
    open.rel = link.external ? 'noreferrer' : ''
    open.hidden = shown === '' || (held !== null && !link.external)
    byId('hold').hidden = held !== null || shown === ''
    byId('follow').hidden = held === null
    setText(byId('trace-label'), held === null ? 'Newest trace' : 'Held trace')
  }

  const follower = createTraceChaser({
    lookUp: lookUpTrace,
    expectedSpans: () => spans,
    onSettled(model, quarry) {
      if (model.problems.length === 0 && quarry.state === 'connected') spans = model.rows.length
      onSettled(model, quarry)
      if (held === null) show(model)
    },
    onMissing(reason, quarry) {
      if (held === null) waterfall.note(`Trace ${formatShortId(quarry.traceId)} did not arrive within 8 s. ${reason}`)
    },
  })

  /** @param {string} traceId */
  const hold = async (traceId) => {
    waterfall.note(`Reading trace ${formatShortId(traceId)}…`)
    const one = createTraceChaser({
      lookUp: lookUpTrace,
      // Asked for by name, it is shown at once: most are old and won't grow.
      onFound: (model) => held === traceId && show(model),
      onSettled: () => {},
      onMissing: (reason) => held === traceId && waterfall.note(`No trace ${formatShortId(traceId)} here. ${reason}`),
    })
    await one.offer({ traceId, state: null })
  }

  byId('hold').addEventListener('click', () => {
    held = shown
    history.replaceState(null, '', `/?trace=${held}`)
    drawTools()
    byId('follow').focus()
  })
  byId('follow').addEventListener('click', (event) => {
    event.preventDefault()
    held = null
    history.replaceState(null, '', '/')
    drawTools()
    byId(shown === '' ? 'open' : 'hold').focus()
  })
  byId('copy').addEventListener('click', async () => {
    const done = await copyText(shown)
    setText(byId('copy-text'), done ? 'Copied' : shown)
    setText(byId('announcer'), done ? 'Trace id copied.' : `Copying is not allowed here. The id is ${shown}`)
    setTimeout(() => setText(byId('copy-text'), 'Copy id'), done ? 1500 : 8000)
  })

  drawTools()
  if (held !== null) void hold(held)

  return {
    offer(quarry) {
      void follower.offer(quarry)
    },
    explain(text) {
      if (held === null) waterfall.note(text)
    },
    useLinks(traceUiUrl) {
      template = traceUiUrl
      drawTools()
    },
  }
}

/**
 * @param {string} traceId
 * @returns {Promise<Lookup>}
 */
async function lookUpTrace(traceId) {
  const answer = await requestJson(`/api/traces/${traceId}`)
  if (answer.kind === 'lost') return { absent: answer.reason }
  if (answer.status === 404) return { absent: 'It was not sampled, or nobody reported it.' }
  if (answer.status >= 400) return { absent: parseErrorMessage(answer.body) ?? `HTTP ${answer.status}` }
  const data = isRecord(answer.body) ? answer.body['data'] : undefined
  const trace = Array.isArray(data) ? parseTrace(data[0]) : undefined
  return trace === undefined ? { absent: 'The trace backend’s answer is not a trace.' } : { trace }
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
