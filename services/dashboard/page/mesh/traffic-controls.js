// @ts-check
import { requestJson } from '../shared/api.js'
import { copyFrom } from '../shared/copy.js'
import { byId, setName, setText } from '../shared/dom.js'
import { parseErrorMessage, parseTraffic } from '../shared/wire.js'
import { toCurl } from '../trace/curl.js'

/**
 * @typedef {import('../shared/wire.js').Traffic} Traffic
 */

/**
 * How many requests the dashboard sends, and with which faults. All pages of one dashboard show the same: what the
 * dashboard reports.
 *
 * @returns {{ show(traffic: Traffic): void, setPropagation(on: boolean): Promise<void>, current(): Traffic | undefined, reveal(faults: boolean, ownService: boolean): void }}
 */
export function createTrafficControls() {
  const rates = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll('input[name="rate"]')])
  /** @type {HTMLSelectElement} */
  const fault = byId('fault')
  const propagation = byId('propagation')
  const error = byId('traffic-error')
  /** @type {Traffic | undefined} */
  let known

  /** @param {Traffic} traffic */
  const show = (traffic) => {
    known = traffic
    for (const rate of rates) rate.checked = rate.value === traffic.rate
    const value = traffic.fault ?? ''
    if (![...fault.options].some((option) => option.value === value)) fault.append(new Option(value, value))
    fault.value = value
    propagation.setAttribute('aria-checked', String(traffic.propagation))
    propagation.setAttribute('aria-disabled', 'false')
    setText(byId('propagation-value'), traffic.propagation ? 'On' : 'Off')
    setText(byId('fault-note'), warn(traffic))
  }

  /**
   * @param {string} path
   * @param {Partial<Traffic>} [change]
   */
  const request = async (path, change) => {
    const body = change === undefined ? {} : { body: change }
    const answer = await requestJson(path, { method: 'POST', ...body })
    const traffic = answer.kind === 'json' && answer.status < 300 ? parseTraffic(answer.body) : undefined
    setName(
      error,
      traffic !== undefined
        ? ''
        : `The dashboard did not change its traffic: ${answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? `HTTP ${answer.status}`)}`,
    )
    const shown = traffic ?? known
    if (shown !== undefined) show(shown)
  }

  for (const rate of rates) {
    rate.addEventListener('change', () =>
      request('/api/traffic', { rate: /** @type {Traffic['rate']} */ (rate.value) }),
    )
  }
  fault.addEventListener('change', () => request('/api/traffic', { fault: fault.value === '' ? null : fault.value }))
  /** @param {boolean} on */
  const setPropagation = (on) => request('/api/traffic', { propagation: on })
  propagation.addEventListener('click', () => setPropagation(known?.propagation === false))
  byId('burst').addEventListener('click', () => request('/api/traffic/burst'))
  byId('crash').addEventListener('click', () => request('/api/traffic/crash'))
  copyFrom(byId('request-curl'), () => {
    const baggage = toBaggage(known)
    return toCurl(`${location.origin}/api/count`, baggage === null ? [] : [{ name: 'baggage', value: baggage }])
  })

  return {
    show,
    setPropagation,
    current: () => known,
    reveal(faults, ownService) {
      // Counting takes faults; a service in its place does not know them.
      byId('faults').hidden = !faults || ownService
      byId('propagation-controls').hidden = !faults
    },
  }
}

/**
 * What one setting does to the other.
 *
 * @param {Traffic} traffic
 */
function warn({ fault, propagation }) {
  return fault !== null && !propagation
    ? 'Without propagation the baggage is lost too: the fault does not reach counting.'
    : ''
}

/**
 * The `baggage` header that makes a request behave as the settings say; null when none is needed.
 *
 * @param {Traffic | undefined} traffic
 * @returns {string | null}
 */
export function toBaggage(traffic) {
  if (traffic === undefined) return null
  const members = [
    ...(traffic.fault === null ? [] : [`throughline-fault=${traffic.fault}`]),
    ...(traffic.propagation ? [] : ['throughline-propagation=off']),
  ]
  return members.length === 0 ? null : members.join(',')
}
