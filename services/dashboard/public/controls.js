// @ts-check
import { requestJson } from './api.js'
import { byId, create, setText } from './dom.js'
import { copyText } from './trace-tools.js'
import { parseErrorMessage, parseMeshStatus } from './wire.js'

/**
 * @typedef {import('./wire.js').MeshStatus} MeshStatus
 */

/** The lab answers once the sidecar has taken its new configuration, which a restart makes slow. */
const switchTimeoutMs = 20_000

/**
 * The switch and the chooser. Both show what the mesh says it does, never what was only asked for.
 *
 * @param {{ onStatus: (status: MeshStatus | null) => void }} options called with each newly read status; null = unknown
 * @returns {{ refresh(): Promise<void>, reveal(available: boolean, kubernetes: boolean): void }}
 */
export function createControls({ onStatus }) {
  const access = byId('access')
  /** @type {HTMLSelectElement} */
  const tracer = byId('tracer')
  const value = byId('access-value')
  const error = byId('control-error')
  /** @type {MeshStatus | null} */
  let status = null
  let pending = false

  const draw = () => {
    const busy = pending || status === null
    access.setAttribute('aria-checked', String(status?.access === 'allowed'))
    // Not `disabled`: that would throw the keyboard focus away in the middle of a demo.
    access.setAttribute('aria-disabled', String(busy))
    access.setAttribute('aria-busy', String(pending))
    tracer.disabled = busy
    setText(
      value,
      status === null ? 'Unknown' : pending ? 'Switching…' : status.access === 'allowed' ? 'Allowed' : 'Denied',
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

  /** @param {import('./api.js').JsonAnswer | import('./api.js').LostAnswer} answer */
  const take = (answer) => {
    const read = answer.kind === 'json' && answer.status < 400 ? parseMeshStatus(answer.body) : undefined
    if (read !== undefined) {
      status = read
      onStatus(read)
      return null
    }
    return answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? `HTTP ${answer.status}`)
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   */
  const ask = async (path, body) => {
    if (pending || status === null) return
    pending = true
    setText(error, '')
    draw()
    const options = { method: /** @type {const} */ ('POST'), timeoutMs: switchTimeoutMs }
    const failure = take(await requestJson(path, body === undefined ? options : { ...options, body }))
    pending = false
    if (failure !== null) setText(error, `The mesh did not switch: ${failure}`)
    draw()
  }

  access.addEventListener('click', () => ask(status?.access === 'allowed' ? '/api/mesh/deny' : '/api/mesh/allow'))
  tracer.addEventListener('change', () => ask('/api/mesh/tracer', { tracer: tracer.value }))

  for (const button of document.querySelectorAll('#cluster-note button')) {
    button.addEventListener('click', async () => {
      const command = button.parentElement?.querySelector('code')?.textContent ?? ''
      setText(byId('announcer'), (await copyText(command)) ? 'Command copied.' : 'Copying is not allowed here.')
    })
  }

  return {
    async refresh() {
      if (pending) return
      const answer = await requestJson('/api/mesh/status')
      if (pending) return
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
