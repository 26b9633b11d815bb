// @ts-check
import { requestJson } from './api.js'
import { parseErrorMessage, parseOutcome } from './wire.js'

/**
 * One request of this browser to the dashboard, which is traced like any other.
 *
 * @param {string | null} baggage the settings of the page's switches
 * @returns {Promise<{ outcome: import('./wire.js').Outcome } | { failure: string }>}
 */
export async function sendRequest(baggage) {
  const answer = await requestJson('/api/count', baggage === null ? {} : { headers: { baggage } })
  if (answer.kind === 'lost') return { failure: answer.reason }
  const outcome = parseOutcome(answer.body)
  return outcome === undefined ? { failure: parseErrorMessage(answer.body) ?? `HTTP ${answer.status}` } : { outcome }
}
