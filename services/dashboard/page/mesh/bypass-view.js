// @ts-check
import { requestJson } from '../shared/api.js'
import { byId, setIcon, setName, setText } from '../shared/dom.js'
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
 * The bypass of the sidecar: open or closed, why, and a probe of it from the dashboard.
 *
 * @returns {{ showMesh(status: MeshStatus | null): void, showState(state: PageState): void, offer(canProbe: boolean):
 * void, probe(): Promise<void> }}
 */
export function createBypassView() {
  const panel = byId('bypass')
  const button = byId('bypass-probe')
  const outcome = byId('bypass-outcome')
  const note = byId('bypass-note')
  /** @type {import('./parse-mesh-status.js').Bypass | null} */
  let bypass = null
  /** @type {import('./bypass-model.js').BypassResult | null} */
  let probed = null
  /** @type {PageState} */
  let state = 'connecting'
  let canProbe = false
  let running = false
  let probes = 0
  /** What a probe depends on, as the mesh last reported it. */
  let rules = ''

  const draw = () => {
    const model = buildBypassPanel({ bypass, canProbe, probed, state })
    panel.hidden = !model.visible
    panel.dataset['way'] = model.state
    setIcon(byId('bypass-icon'), icons[model.state])
    setText(byId('bypass-state'), model.label)
    setName(byId('bypass-address'), model.address)
    setText(byId('bypass-reason'), model.reason)
    button.hidden = !model.canProbe
    button.setAttribute('aria-disabled', String(running))
    const { outcome: shown } = model
    outcome.dataset['tone'] = shown?.tone ?? 'unknown'
    byId('bypass-outcome-icon').classList.toggle('gone', shown === null)
    if (shown !== null) setIcon(byId('bypass-outcome-icon'), toneIcons[shown.tone])
    setText(byId('bypass-summary'), shown?.summary ?? '')
    setText(byId('bypass-caveat'), shown?.caveat ?? '')
    setText(byId('bypass-dispute'), model.dispute)
  }

  const probe = async () => {
    if (running || !canProbe) return
    running = true
    const mine = ++probes
    setText(note, 'Probing…')
    draw()
    const answer = await requestJson('/api/checks/bypass', { method: 'POST' })
    running = false
    // The mesh has changed meanwhile, so this outcome belongs to neither rule.
    if (mine !== probes) return draw()
    const read = answer.kind === 'json' ? parseBypassResult(answer.body) : undefined
    probed = read ?? null
    const failure = answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? 'there was no outcome.')
    setName(note, read === undefined ? `The probe failed: ${failure}` : `Probed at ${formatClock(new Date(read.atMs))}`)
    draw()
  }
  button.addEventListener('click', probe)

  const forget = () => {
    probes++
    if (probed !== null || running) setText(note, 'The mesh has changed: probe again.')
    probed = null
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
    probe,
    offer(can) {
      canProbe = can
      draw()
    },
  }
}
