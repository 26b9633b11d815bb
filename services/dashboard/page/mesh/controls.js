// @ts-check
import { requestJson } from '../shared/api.js'
import { byId, create, setText } from '../shared/dom.js'
import { parseMeshStatus } from './parse-mesh-status.js'
import { judgeChange } from './settings-model.js'
import { createSettingsView } from './settings-view.js'
import { copyText } from '../trace/trace-tools.js'
import { parseErrorMessage } from '../shared/wire.js'

/**
 * @typedef {import('./parse-mesh-status.js').MeshStatus} MeshStatus
 * @typedef {import('./settings-model.js').Asked} Asked
 * @typedef {MeshStatus['access']} Access
 */

/** The lab answers once the sidecar has taken its new configuration, which a restart makes slow. */
const switchTimeoutMs = 20_000

/**
 * @typedef {object} ControlsOptions
 * @property {(status: MeshStatus | null) => void} onStatus called with each newly read status; null = unknown
 * @property {(wanted: Access | null) => void} onAsk a change of the mesh was asked for; null = not (only) of the access
 * @property {(access: Access) => void} onAnswer the mesh answered, and this is in force
 */

/**
 * The switch, the chooser, and the settings that this mesh has. All show what the mesh says it does, never what was only
 * asked for, and one change is made at a time.
 *
 * @param {ControlsOptions} options
 * @returns {{ refresh(): Promise<void>, reveal(available: boolean, kubernetes: boolean): void }}
 */
export function createControls({ onStatus, onAsk, onAnswer }) {
  const access = byId('access')
  /** @type {HTMLSelectElement} */
  const tracer = byId('tracer')
  const value = byId('access-value')
  const error = byId('control-error')
  /** @type {MeshStatus | null} */
  let status = null
  let pending = false
  /** Changes asked for so far: an answer from before the last one is old news. */
  let changes = 0
  /** @type {MeshStatus['settings']} */
  let settings = []
  /** @type {Asked | null} */
  let asked = null
  const settingsView = createSettingsView({
    onChoose: (choice) => ask({ path: '/api/mesh/set', body: choice, wanted: null, setting: choice }),
  })

  const draw = () => {
    const busy = pending || status === null
    settingsView.show(settings, { known: status !== null, busy, asked })
    access.setAttribute('aria-checked', String(status?.access === 'allowed'))
    // Not `disabled`: that would throw the keyboard focus away in the middle of a demo.
    access.setAttribute('aria-disabled', String(busy))
    access.setAttribute('aria-busy', String(pending))
    tracer.disabled = busy
    setText(
      value,
      status === null
        ? 'Unknown'
        : pending && asked === null
          ? 'Switching…'
          : status.access === 'allowed'
            ? 'Allowed'
            : 'Denied',
    )
    if (status === null) return
    const wanted = status.tracers.join('\n')
    if (tracer.dataset['options'] !== wanted) {
      tracer.dataset['options'] = wanted
      tracer.replaceChildren(...status.tracers.map(createOption))
    }
    if (!pending && document.activeElement !== tracer) tracer.value = status.tracer
    if (!pending && tracer.value !== status.tracer) tracer.value = status.tracer
  }

  /** @param {import('../shared/api.js').JsonAnswer | import('../shared/api.js').LostAnswer} answer */
  const take = (answer) => {
    const read = answer.kind === 'json' && answer.status < 400 ? parseMeshStatus(answer.body) : undefined
    if (read !== undefined) {
      status = read
      settings = read.settings
      onStatus(read)
      return null
    }
    return answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? `HTTP ${answer.status}`)
  }

  /** @param {{ path: string, body?: unknown, wanted: Access | null, setting?: Asked }} change */
  const ask = async ({ path, body, wanted, setting }) => {
    if (pending || status === null) return
    pending = true
    changes++
    asked = setting ?? null
    setText(error, '')
    draw()
    onAsk(wanted)
    const options = { method: /** @type {const} */ ('POST'), timeoutMs: switchTimeoutMs }
    const failure = take(await requestJson(path, body === undefined ? options : { ...options, body }))
    pending = false
    asked = null
    const outcome = failure === null && setting !== undefined ? judgeChange(status.settings, setting) : null
    const wrong = failure ?? (outcome !== null && 'failed' in outcome ? outcome.failed : null)
    if (wrong !== null) setText(error, `The mesh did not switch: ${wrong}`)
    else if (outcome !== null && 'done' in outcome) setText(byId('announcer'), outcome.done)
    draw()
    onAnswer(status.access)
  }

  access.addEventListener('click', () => {
    const wanted = status?.access === 'allowed' ? 'denied' : 'allowed'
    void ask({ path: wanted === 'denied' ? '/api/mesh/deny' : '/api/mesh/allow', wanted })
  })
  tracer.addEventListener('change', () =>
    ask({ path: '/api/mesh/tracer', body: { tracer: tracer.value }, wanted: null }),
  )

  for (const button of document.querySelectorAll('#cluster-note button')) {
    button.addEventListener('click', async () => {
      const command = button.parentElement?.querySelector('code')?.textContent ?? ''
      setText(byId('announcer'), (await copyText(command)) ? 'Command copied.' : 'Copying is not allowed here.')
    })
  }

  return {
    async refresh() {
      if (pending) return
      const before = changes
      const answer = await requestJson('/api/mesh/status')
      if (before !== changes) return
      if (take(answer) !== null) {
        status = null
        onStatus(null)
      }
      draw()
    },
    reveal(available, kubernetes) {
      byId('controls').hidden = !available
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
