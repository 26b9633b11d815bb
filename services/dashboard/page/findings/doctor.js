// @ts-check
import { requestJson } from '../shared/api.js'
import { byId, create, setText } from '../shared/dom.js'
import { parseErrorMessage } from '../shared/wire.js'
import { createFindingsView } from './findings-view.js'
import { parseBreaks, parseFindings } from './parse-findings.js'

/** @typedef {import('./parse-findings.js').Breaks} Breaks */

const POLL_MS = 1000
/** A change restarts services, and the probes wait for the slowest reporter. */
const PATIENCE_MS = 60_000

/**
 * Breaks the traces of this path in a chosen way, and finds out what is wrong with them: the same rules as the command
 * `verify`.
 *
 * @param {{ onShowTrace: (traceId: string) => void, onOpen: () => void }} options
 * @returns {{ reveal(available: { traces: boolean, controls: boolean }): Promise<void>, verify(): Promise<void>, close(): void }}
 */
export function createDoctor({ onShowTrace, onOpen }) {
  /** @type {HTMLSelectElement} */
  const select = byId('break')
  const verifyButton = byId('verify')
  /** @type {Breaks | undefined} */
  let breaks
  /** Runs so far: only the last one may draw. */
  let runs = 0
  const view = createFindingsView({
    onClose() {
      close()
      verifyButton.focus()
    },
    onShowTrace,
  })

  const close = () => {
    runs++
    setBusy(false)
    view.close()
  }

  /** @param {boolean} busy */
  const setBusy = (busy) => {
    verifyButton.setAttribute('aria-busy', String(busy))
    select.disabled = busy
    byId('repair').setAttribute('aria-busy', String(busy))
  }

  const drawBreaks = () => {
    const known = breaks?.breaks ?? []
    byId('break-choice').hidden = known.length === 0
    setText(byId('break-label'), known.length === 0 ? 'Verify the trace' : 'Break it')
    const options = JSON.stringify(known)
    if (select.dataset['options'] !== options) {
      select.dataset['options'] = options
      const entries = [{ id: '', title: 'nothing is broken' }, ...known]
      select.replaceChildren(
        ...entries.map(({ id, title }) => {
          const option = create('option', { text: title })
          option.value = id
          return option
        }),
      )
    }
    select.value = breaks?.current ?? ''
    view.showRepair((breaks?.current ?? null) !== null)
  }

  const readBreaks = async () => {
    const answer = await requestJson('/api/mesh/breaks')
    if (answer.kind === 'json') breaks = answer.status === 200 ? parseBreaks(answer.body) : undefined
    drawBreaks()
  }

  /**
   * @param {string} text
   * @returns {number} the number of this run
   */
  const begin = (text) => {
    setBusy(true)
    onOpen()
    view.open()
    view.showProgress(text)
    return ++runs
  }

  /** @param {string | null} id */
  const apply = async (id) => {
    const run = begin(id === null ? 'Repairing…' : 'Putting it in force…')
    const answer = await requestJson('/api/mesh/break', { method: 'POST', body: { id } })
    const refused = failureOf(answer)
    if (refused !== null) return end(run, `The mesh was not changed: ${refused}`)
    // The dashboard itself may be restarted on the way: no answer is no failure.
    const settled = await pollUntil(run, '/api/mesh/breaks', (body) => {
      const read = parseBreaks(body)
      return read === undefined || read.changing ? undefined : read
    })
    if (run !== runs) return
    if (settled === undefined) return end(run, 'The mesh was not changed within a minute.')
    breaks = settled
    drawBreaks()
    if (settled.error !== null) return end(run, `The mesh was not changed: ${settled.error}`)
    await diagnose(run)
  }

  /** @param {number} run */
  const diagnose = async (run) => {
    view.showProgress('Sending probes, and waiting for their spans…')
    const refused = failureOf(await requestJson('/api/findings', { method: 'POST' }))
    if (refused !== null) return end(run, `Nothing was verified: ${refused}`)
    const found = await pollUntil(run, '/api/findings', (body) => {
      const read = parseFindings(body)
      return read === undefined || read.state === 'running' ? undefined : read
    })
    if (run !== runs) return
    if (found?.report == null) return end(run, `Nothing was verified: ${found?.error ?? 'no result within a minute'}`)
    const current = breaks?.breaks.find(({ id }) => id === breaks?.current)
    view.showReport(found.report, current?.situation ?? '')
    setBusy(false)
  }

  /**
   * @param {number} run
   * @param {string} text
   */
  const end = (run, text) => {
    if (run !== runs) return
    view.showProgress(text)
    drawBreaks()
    setBusy(false)
  }

  /**
   * @template T
   * @param {number} run
   * @param {string} path
   * @param {(body: unknown) => T | undefined} read
   */
  const pollUntil = async (run, path, read) => {
    const latest = performance.now() + PATIENCE_MS
    while (run === runs && performance.now() < latest) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      const answer = await requestJson(path)
      const value = answer.kind === 'json' && answer.status === 200 ? read(answer.body) : undefined
      if (value !== undefined) return value
    }
    return undefined
  }

  const verify = async () => {
    if (byId('doctor').hidden || verifyButton.getAttribute('aria-busy') === 'true') return
    await diagnose(begin('Sending probes, and waiting for their spans…'))
  }
  verifyButton.addEventListener('click', verify)
  select.addEventListener('change', () => apply(select.value === '' ? null : select.value))
  byId('repair').addEventListener('click', () => {
    if (byId('repair').getAttribute('aria-busy') !== 'true') void apply(null)
  })

  return {
    verify,
    close,
    async reveal({ traces, controls }) {
      const answer = traces ? await requestJson('/api/findings') : undefined
      if (answer?.kind === 'lost') return
      byId('doctor').hidden = answer?.status !== 200
      if (traces && controls) await readBreaks()
    },
  }
}

/**
 * @param {import('../shared/api.js').JsonAnswer | import('../shared/api.js').LostAnswer} answer
 * @returns {string | null} why it was refused
 */
function failureOf(answer) {
  if (answer.kind === 'lost') return answer.reason
  return answer.status < 300 ? null : (parseErrorMessage(answer.body) ?? `HTTP ${answer.status}`)
}
