// @ts-check
import { requestJson } from '../shared/api.js'
import { byId, setText } from '../shared/dom.js'
import { parseErrorMessage, parseTraffic } from '../shared/wire.js'

/**
 * @typedef {import('../shared/wire.js').Traffic} Traffic
 */

/**
 * How many requests the dashboard makes, and what is wrong with them. All pages of one dashboard show the same: what
 * the dashboard says that it does.
 *
 * @returns {{ show(traffic: Traffic): void, reveal(faults: boolean): void }}
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
    const wanted = traffic.fault ?? ''
    if (![...fault.options].some((option) => option.value === wanted)) fault.append(new Option(wanted, wanted))
    fault.value = wanted
    propagation.setAttribute('aria-checked', String(traffic.propagation))
    setText(byId('propagation-value'), traffic.propagation ? 'On' : 'Off')
    setText(byId('fault-note'), describe(traffic))
  }

  /**
   * @param {string} path
   * @param {Partial<Traffic>} [change]
   */
  const ask = async (path, change) => {
    const body = change === undefined ? {} : { body: change }
    const answer = await requestJson(path, { method: 'POST', ...body })
    const traffic = answer.kind === 'json' && answer.status < 300 ? parseTraffic(answer.body) : undefined
    setText(
      error,
      traffic !== undefined
        ? ''
        : `The dashboard did not change its traffic: ${answer.kind === 'lost' ? answer.reason : (parseErrorMessage(answer.body) ?? `HTTP ${answer.status}`)}`,
    )
    const shown = traffic ?? known
    if (shown !== undefined) show(shown)
  }

  for (const rate of rates) {
    rate.addEventListener('change', () => ask('/api/traffic', { rate: /** @type {Traffic['rate']} */ (rate.value) }))
  }
  fault.addEventListener('change', () => ask('/api/traffic', { fault: fault.value === '' ? null : fault.value }))
  propagation.addEventListener('click', () => ask('/api/traffic', { propagation: known?.propagation === false }))
  byId('burst').addEventListener('click', () => ask('/api/traffic/burst'))
  byId('crash').addEventListener('click', () => ask('/api/traffic/crash'))

  return {
    show,
    reveal(faults) {
      byId('faults').hidden = !faults
    },
  }
}

/**
 * The same by hand, and what one setting does to the other.
 *
 * @param {Traffic} traffic
 */
function describe({ fault, propagation }) {
  const members = [
    ...(fault === null ? [] : [`throughline-fault=${fault}`]),
    ...(propagation ? [] : ['throughline-propagation=off']),
  ]
  if (members.length === 0) return ''
  const lost =
    fault !== null && !propagation ? 'Baggage is lost with the rest, so the fault does not reach counting. ' : ''
  return `${lost}The same by hand: curl -H 'baggage: ${members.join(',')}' ${location.origin}/api/count`
}
