// @ts-check
import { byId, setText } from '../shared/dom.js'
import { formatShortId, formatTraceLink } from '../shared/format.js'

/**
 * What stands beside a trace: its id, copy, hold, follow, open.
 *
 * @param {{ onHold: () => void, onFollow: () => void }} options
 * @returns {{ show(traceId: string, held: boolean): void, useLinks(traceUiUrl: string | null): void }}
 */
export function createTraceTools({ onHold, onFollow }) {
  const id = byId('trace-id')
  /** @type {HTMLAnchorElement} */
  const open = byId('open')
  let traceId = ''
  let held = false
  /** @type {string | null} */
  let template = null

  const draw = () => {
    const link = formatTraceLink(template, traceId)
    byId('trace-tools').hidden = traceId === '' && !held
    for (const part of [id, open, byId('copy')]) part.hidden = traceId === ''
    setText(id, formatShortId(traceId))
    id.title = traceId
    open.href = link.href
    open.target = link.external ? '_blank' : ''
    open.rel = link.external ? 'noreferrer' : ''
    open.hidden = traceId === '' || (held && !link.external)
    byId('hold').hidden = held || traceId === ''
    byId('follow').hidden = !held
    setText(byId('trace-label'), held ? 'Held trace' : 'Newest trace')
  }

  byId('hold').addEventListener('click', () => {
    onHold()
    byId('follow').focus()
  })
  byId('follow').addEventListener('click', (event) => {
    event.preventDefault()
    onFollow()
    byId(traceId === '' ? 'open' : 'hold').focus()
  })
  byId('copy').addEventListener('click', async () => {
    const done = await copyText(traceId)
    setText(byId('copy-text'), done ? 'Copied' : traceId)
    setText(byId('announcer'), done ? 'Trace id copied.' : `Copying is not allowed here. The id is ${traceId}`)
    setTimeout(() => setText(byId('copy-text'), 'Copy id'), done ? 1500 : 8000)
  })

  return {
    show(newId, isHeld) {
      traceId = newId
      held = isHeld
      draw()
    },
    useLinks(traceUiUrl) {
      template = traceUiUrl
      draw()
    },
  }
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
