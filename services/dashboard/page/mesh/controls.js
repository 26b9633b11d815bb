// @ts-check
import { requestJson } from '../shared/api.js'
import { copyFrom } from '../shared/copy.js'
import { byId, create, setName, setText } from '../shared/dom.js'
import { parseMeshStatus } from './parse-mesh-status.js'
import { judgeChange } from './settings-model.js'
import { createSettingsView } from './settings-view.js'
import { parseErrorMessage } from '../shared/wire.js'

/**
 * @typedef {import('./parse-mesh-status.js').MeshStatus} MeshStatus
 * @typedef {import('./settings-model.js').SettingChange} SettingChange
 * @typedef {MeshStatus['access']} Access
 */

/** The lab answers once the sidecar runs with its new configuration, which can take a restart. */
const SWITCH_TIMEOUT_MS = 20_000

/**
 * @typedef {object} ControlsOptions
 * @property {(status: MeshStatus | null) => void} onStatus called with each newly read status; null = unknown
 * @property {(access: Access | null) => void} onRequest a change of the mesh begins; null = not (only) of the access
 * @property {(access: Access) => void} onAnswer the mesh has answered, and this is in force
 */

/**
 * The access switch, the tracer, and the settings of this mesh. All show what the mesh reports, never what was only
 * requested, and one change is made at a time.
 *
 * @param {ControlsOptions} options
 * @returns {{ refresh(): Promise<void>, setAccess(access: Access): Promise<void>, setTracer(tracer: string):
 * Promise<void>, status(): MeshStatus | null, reveal(available: boolean, kubernetes: boolean): void }}
 */
export function createControls({ onStatus, onRequest, onAnswer }) {
  const access = byId('access')
  /** @type {HTMLSelectElement} */
  const tracer = byId('tracer')
  const value = byId('access-value')
  const error = byId('control-error')
  /** @type {MeshStatus | null} */
  let status = null
  let pending = false
  /** Changes requested so far: a status from before the last one is out of date. */
  let changes = 0
  /** @type {MeshStatus['settings']} */
  let settings = []
  /** @type {SettingChange | null} */
  let requested = null
  const settingsView = createSettingsView({
    onChoose: (choice) => request({ path: '/api/mesh/set', body: choice, access: null, setting: choice }),
  })

  const draw = () => {
    const busy = pending || status === null
    settingsView.show(settings, { known: status !== null, busy, requested })
    access.setAttribute('aria-checked', String(status?.access === 'allowed'))
    // Not `disabled`, which would lose the keyboard focus in the middle of a demo.
    access.setAttribute('aria-disabled', String(busy))
    access.setAttribute('aria-busy', String(pending))
    tracer.disabled = busy
    setText(
      value,
      status === null
        ? 'Unknown'
        : pending && requested === null
          ? 'Switching…'
          : status.access === 'allowed'
            ? 'Allowed'
            : 'Denied',
    )
    if (status === null) return
    const options = status.tracers.join('\n')
    if (tracer.dataset['options'] !== options) {
      tracer.dataset['options'] = options
      tracer.replaceChildren(...status.tracers.map(createOption))
    }
    if (!pending && document.activeElement !== tracer) tracer.value = status.tracer
    if (!pending && tracer.value !== status.tracer) tracer.value = status.tracer
  }

  /** @param {import('../shared/api.js').JsonAnswer | import('../shared/api.js').LostAnswer} answer */
  const readStatus = (answer) => {
    const read = answer.kind === 'json' && answer.status < 400 ? parseMeshStatus(answer.body) : undefined
    if (read !== undefined) {
      status = read
      settings = read.settings
      onStatus(read)
      return null
    }
    return answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? `HTTP ${answer.status}`)
  }

  /** @param {{ path: string, body?: unknown, access: Access | null, setting?: SettingChange }} change */
  const request = async ({ path, body, access: wish, setting }) => {
    if (pending || status === null) return
    pending = true
    changes++
    requested = setting ?? null
    setText(error, '')
    draw()
    onRequest(wish)
    const options = { method: /** @type {const} */ ('POST'), timeoutMs: SWITCH_TIMEOUT_MS }
    const failure = readStatus(await requestJson(path, body === undefined ? options : { ...options, body }))
    pending = false
    requested = null
    const outcome = failure === null && setting !== undefined ? judgeChange(status.settings, setting) : null
    const wrong = failure ?? (outcome !== null && 'failed' in outcome ? outcome.failed : null)
    if (wrong !== null) setName(error, `The mesh did not switch: ${wrong}`)
    else if (outcome !== null && 'done' in outcome) setText(byId('announcer'), outcome.done)
    draw()
    onAnswer(status.access)
  }

  /** @param {Access} wish */
  const setAccess = (wish) => request({ path: wish === 'denied' ? '/api/mesh/deny' : '/api/mesh/allow', access: wish })
  /** @param {string} name */
  const setTracer = (name) => request({ path: '/api/mesh/tracer', body: { tracer: name }, access: null })
  access.addEventListener('click', () => setAccess(status?.access === 'allowed' ? 'denied' : 'allowed'))
  tracer.addEventListener('change', () => setTracer(tracer.value))

  for (const button of byId('cluster-note').querySelectorAll('button')) {
    copyFrom(button, () => button.parentElement?.querySelector('code')?.textContent ?? '')
  }

  return {
    setAccess,
    setTracer,
    status: () => status,
    async refresh() {
      if (pending) return
      const before = changes
      const answer = await requestJson('/api/mesh/status')
      if (before !== changes) return
      if (readStatus(answer) !== null) {
        status = null
        onStatus(null)
      }
      draw()
    },
    reveal(available, kubernetes) {
      byId('controls').hidden = !available
      byId('tracer-controls').hidden = !available
      byId('controls-note').hidden = available || kubernetes
      byId('cluster-note').hidden = available || !kubernetes
    },
  }
}

/** @param {string} name */
function createOption(name) {
  const option = create('option', { text: name })
  option.value = name
  return option
}
