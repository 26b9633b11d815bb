// @ts-check
import { isRecord, parseNumber, parseText } from '../shared/wire.js'

/**
 * @typedef {import('./parse-mesh-status.js').Bypass} Bypass
 * @typedef {import('../shared/states.js').PageState} PageState
 *
 * @typedef {object} BypassResult what one try showed, as `POST /api/checks/bypass` tells it
 * @property {number} atMs
 * @property {'open' | 'closed' | 'unclear'} way
 * @property {string} url
 * @property {string} said
 * @property {string | null} disagreement
 *
 * @typedef {'open' | 'closed' | 'unknown' | 'disputed'} WayState
 * @typedef {object} BypassPanel
 * @property {boolean} visible
 * @property {WayState} state
 * @property {string} label
 * @property {string} address
 * @property {string} reason
 * @property {boolean} canTry
 * @property {{ tone: 'good' | 'bad' | 'unknown', said: string, caveat: string } | null} outcome
 * @property {string} dispute
 */

/**
 * @param {unknown} body
 * @returns {BypassResult | undefined} undefined also where nothing was tried
 */
export function parseBypassResult(body) {
  if (!isRecord(body)) return undefined
  const { way } = body
  const url = parseText(body['url'], 300)
  const said = parseText(body['said'], 500)
  const atMs = parseNumber(Date.parse(String(body['at'])))
  if ((way !== 'open' && way !== 'closed' && way !== 'unclear') || url === null || said === null || atMs === null) {
    return undefined
  }
  return { atMs, way, url, said, disagreement: parseText(body['disagreement'], 1000) }
}

const labels = { open: 'Open', closed: 'Closed', unknown: 'Not tried yet', disputed: 'Mesh and try disagree' }
const tones = /** @type {const} */ ({ open: 'bad', closed: 'good', unclear: 'unknown' })

/**
 * Whether there is a bypass of the sidecar: what the mesh says, what a try showed, and whether the two agree.
 *
 * @param {object} input
 * @param {Bypass | null} input.bypass what the mesh says
 * @param {boolean} input.canTry the dashboard knows an address
 * @param {BypassResult | null} input.tried
 * @param {PageState} input.state of the newest call through the sidecar
 * @returns {BypassPanel}
 */
export function buildBypassPanel({ bypass, canTry, tried, state }) {
  const seen = tried === null || tried.way === 'unclear' ? null : tried.way
  const said = bypass === null ? null : bypass.closed ? 'closed' : 'open'
  const dispute = tried?.disagreement ?? (seen !== null && said !== null && seen !== said ? differ(said, seen) : '')
  const way = dispute !== '' ? 'disputed' : (said ?? seen ?? 'unknown')
  return {
    visible: bypass !== null || canTry,
    state: way,
    label: labels[way],
    address: bypass?.address || tried?.url || '',
    reason: [
      bypass?.reason ?? 'Nothing here says whether counting can be called without going through its sidecar.',
      canTry ? '' : 'The dashboard has no address to try: COUNTING_BYPASS_URL is not set.',
    ]
      .filter(Boolean)
      .join(' '),
    canTry,
    outcome: tried === null ? null : outcomeOf(tried, state),
    dispute,
  }
}

/**
 * @param {'open' | 'closed'} said
 * @param {'open' | 'closed'} seen
 */
function differ(said, seen) {
  return `The mesh says that this way is ${said}, but the last try showed that it is ${seen}.`
}

/**
 * Silence proves a closed way only while counting is there to answer.
 *
 * @param {BypassResult} tried
 * @param {PageState} state
 * @returns {BypassPanel['outcome']}
 */
function outcomeOf({ way, said }, state) {
  const answers = state === 'connected' || state === 'denied' || state === 'connecting'
  if (way !== 'closed' || answers) return { tone: tones[way], said, caveat: '' }
  const caveat = 'But counting does not answer through its sidecar either: this proves little while it may be down.'
  return { tone: 'unknown', said, caveat }
}
