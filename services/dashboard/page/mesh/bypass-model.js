// @ts-check
import { isRecord, parseNumber, parseText } from '../shared/wire.js'

/**
 * @typedef {import('./parse-mesh-status.js').Bypass} Bypass
 * @typedef {import('../shared/states.js').PageState} PageState
 *
 * @typedef {object} BypassResult the result of one probe, as `POST /api/checks/bypass` answers it
 * @property {number} atMs
 * @property {'open' | 'closed' | 'unclear'} state
 * @property {string} url
 * @property {string} summary
 * @property {string | null} disagreement
 *
 * @typedef {'open' | 'closed' | 'unknown' | 'disputed'} BypassState
 * @typedef {object} BypassPanel
 * @property {boolean} visible
 * @property {BypassState} state
 * @property {string} label
 * @property {string} address
 * @property {string} reason
 * @property {boolean} canProbe
 * @property {{ tone: 'good' | 'bad' | 'unknown', summary: string, caveat: string } | null} outcome
 * @property {string} dispute
 */

/**
 * @param {unknown} body
 * @returns {BypassResult | undefined} also undefined if nothing was probed
 */
export function parseBypassResult(body) {
  if (!isRecord(body)) return undefined
  const { state } = body
  const url = parseText(body['url'], 300)
  const summary = parseText(body['summary'], 500)
  const atMs = parseNumber(Date.parse(String(body['at'])))
  if (
    (state !== 'open' && state !== 'closed' && state !== 'unclear') ||
    url === null ||
    summary === null ||
    atMs === null
  ) {
    return undefined
  }
  return { atMs, state, url, summary, disagreement: parseText(body['disagreement'], 1000) }
}

const labels = { open: 'Open', closed: 'Closed', unknown: 'Not probed yet', disputed: 'Mesh and probe disagree' }
const tones = /** @type {const} */ ({ open: 'bad', closed: 'good', unclear: 'unknown' })

/**
 * Whether there is a bypass of the sidecar: what the mesh reports, what a probe showed, and whether the two agree.
 *
 * @param {object} input
 * @param {Bypass | null} input.bypass as the mesh reports it
 * @param {boolean} input.canProbe the dashboard knows an address
 * @param {BypassResult | null} input.probed
 * @param {PageState} input.state of the newest call through the sidecar
 * @returns {BypassPanel}
 */
export function buildBypassPanel({ bypass, canProbe, probed, state }) {
  const probedState = probed === null || probed.state === 'unclear' ? null : probed.state
  const reported = bypass === null ? null : bypass.closed ? 'closed' : 'open'
  const dispute =
    probed?.disagreement ??
    (probedState !== null && reported !== null && probedState !== reported ? differ(reported, probedState) : '')
  const shown = dispute !== '' ? 'disputed' : (reported ?? probedState ?? 'unknown')
  return {
    visible: bypass !== null || canProbe,
    state: shown,
    label: labels[shown],
    address: bypass?.address || probed?.url || '',
    reason: [
      bypass?.reason ?? 'No mesh reports whether counting can be called without its sidecar.',
      canProbe ? '' : 'The dashboard has no address to probe: COUNTING_BYPASS_URL is not set.',
    ]
      .filter(Boolean)
      .join(' '),
    canProbe,
    outcome: probed === null ? null : outcomeOf(probed, state),
    dispute,
  }
}

/**
 * @param {'open' | 'closed'} reported
 * @param {'open' | 'closed'} probedState
 */
function differ(reported, probedState) {
  return `The mesh reports the bypass as ${reported}; the last probe found it ${probedState}.`
}

/**
 * Silence proves that the bypass is closed only while counting answers elsewhere.
 *
 * @param {BypassResult} probed
 * @param {PageState} pageState
 * @returns {BypassPanel['outcome']}
 */
function outcomeOf({ state, summary }, pageState) {
  const answers = ['connected', 'denied', 'connecting'].includes(pageState)
  if (state !== 'closed' || answers) return { tone: tones[state], summary, caveat: '' }
  const caveat = 'Counting does not answer through its sidecar either, so it may be down.'
  return { tone: 'unknown', summary, caveat }
}
