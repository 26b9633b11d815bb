// @ts-check
import { copyFrom } from '../shared/copy.js'
import { byId, setText } from '../shared/dom.js'
import { formatShortId, formatTraceLink } from '../shared/format.js'

/**
 * The tools of a trace: its id, copy, hold, follow, open.
 *
 * @param {{ onHold: () => void, onFollow: () => void }} options
 * @returns {{ show(traceId: string, now: { held: boolean, sent: boolean }): void, useLinks(traceUiUrl: string | null): void }}
 */
export function createTraceTools({ onHold, onFollow }) {
  const id = byId('trace-id')
  /** @type {HTMLAnchorElement} */
  const open = byId('open')
  let traceId = ''
  let held = false
  let sent = false
  /** @type {string | null} */
  let template = null

  const draw = () => {
    const link = formatTraceLink(template, traceId)
    byId('trace-tools').hidden = traceId === '' && !held
    for (const part of [open, byId('copy')]) part.hidden = traceId === ''
    setText(id, formatShortId(traceId))
    id.title = traceId
    open.href = link.href
    open.target = link.external ? '_blank' : ''
    open.rel = link.external ? 'noreferrer' : ''
    open.hidden = traceId === '' || (held && !link.external)
    byId('hold').hidden = held || traceId === ''
    byId('follow').hidden = !held
    setText(byId('trace-label'), held ? 'Held trace' : sent ? 'Your request' : 'Newest trace')
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
  copyFrom(byId('copy'), () => traceId, id)

  return {
    show(newId, now) {
      traceId = newId
      held = now.held
      sent = now.sent
      draw()
    },
    useLinks(traceUiUrl) {
      template = traceUiUrl
      draw()
    },
  }
}
