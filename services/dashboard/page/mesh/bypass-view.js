// @ts-check
import { requestJson } from '../shared/api.js'
import { byId, setIcon, setText } from '../shared/dom.js'
import { formatClock } from '../shared/format.js'
import { buildBypassPanel, parseBypassResult } from './bypass-model.js'
import { parseErrorMessage } from '../shared/wire.js'

/**
 * @typedef {import('./parse-mesh-status.js').MeshStatus} MeshStatus
 * @typedef {import('../shared/states.js').PageState} PageState
 */

const icons = { open: 'icon-unlock', closed: 'icon-lock', unknown: 'icon-question', disputed: 'icon-failing' }
const toneIcons = { good: 'icon-check', bad: 'icon-cross', unknown: 'icon-question' }

/**
 * The bypass of the sidecar: open or closed, why, and a try of it on the dashboard's side.
 *
 * @returns {{ showMesh(status: MeshStatus | null): void, showState(state: PageState): void, offer(canTry: boolean): void }}
 */
export function createBypassView() {
  const panel = byId('bypass')
  const button = byId('bypass-try')
  const outcome = byId('bypass-outcome')
  const note = byId('bypass-note')
  /** @type {import('./parse-mesh-status.js').Bypass | null} */
  let bypass = null
  /** @type {import('./bypass-model.js').BypassResult | null} */
  let tried = null
  /** @type {PageState} */
  let state = 'connecting'
  let canTry = false
  let running = false
  let tries = 0
  /** What the mesh last said that a try depends on. */
  let rules = ''

  const draw = () => {
    const model = buildBypassPanel({ bypass, canTry, tried, state })
    panel.hidden = !model.visible
    panel.dataset['way'] = model.state
    setIcon(byId('bypass-icon'), icons[model.state])
    setText(byId('bypass-state'), model.label)
    setText(byId('bypass-address'), model.address)
    setText(byId('bypass-reason'), model.reason)
    button.hidden = !model.canTry
    button.setAttribute('aria-disabled', String(running))
    const { outcome: shown } = model
    outcome.dataset['tone'] = shown?.tone ?? 'unknown'
    byId('bypass-outcome-icon').classList.toggle('gone', shown === null)
    if (shown !== null) setIcon(byId('bypass-outcome-icon'), toneIcons[shown.tone])
    setText(byId('bypass-said'), shown?.said ?? '')
    setText(byId('bypass-caveat'), shown?.caveat ?? '')
    setText(byId('bypass-dispute'), model.dispute)
  }

  const attempt = async () => {
    if (running || !canTry) return
    running = true
    const mine = ++tries
    setText(note, 'Trying…')
    draw()
    const answer = await requestJson('/api/checks/bypass', { method: 'POST' })
    running = false
    // The mesh was changed meanwhile: this outcome belongs to neither rule.
    if (mine !== tries) return draw()
    const read = answer.kind === 'json' ? parseBypassResult(answer.body) : undefined
    tried = read ?? null
    const failure = answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? 'no outcome came back.')
    setText(note, read === undefined ? `It was not tried: ${failure}` : `Tried at ${formatClock(new Date(read.atMs))}`)
    draw()
  }
  button.addEventListener('click', attempt)

  const forget = () => {
    tries++
    if (tried !== null || running) setText(note, 'The mesh has changed: try again.')
    tried = null
    draw()
  }

  return {
    showMesh(status) {
      bypass = status?.bypass ?? null
      const before = rules
      if (status !== null) {
        rules = JSON.stringify([status.access, bypass?.closed, status.settings.map(({ name, value }) => [name, value])])
      }
      if (before !== '' && before !== rules) forget()
      else draw()
    },
    showState(now) {
      if (now === state) return
      state = now
      draw()
    },
    offer(can) {
      canTry = can
      draw()
    },
  }
}
