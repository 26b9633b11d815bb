// @ts-check
import { requestJson } from '../shared/api.js'
import { isRecord, parseErrorMessage } from '../shared/wire.js'
import { parseExplanation } from './parse-explanation.js'
import { parseTrace } from './parse-trace.js'

/**
 * @typedef {import('./trace-poller.js').FollowedTrace} FollowedTrace
 * @typedef {import('./trace-poller.js').Lookup} Lookup
 * @typedef {import('./parse-explanation.js').Hop} Explanation
 */

const CAPACITY = 8

/**
 * Looks up one trace in the dashboard. A missing trace is not an error: its spans may still arrive.
 *
 * @param {FollowedTrace} followedTrace
 * @returns {Promise<Lookup>}
 */
export async function lookUpTrace({ traceId, state, appSpans }) {
  const answered = state === 'connected' && appSpans ? '&answered=true' : ''
  const answer = await requestJson(`/api/traces/${traceId}?optional=true${answered}`)
  if (answer.kind === 'lost') return { absent: answer.reason }
  if (answer.status === 204) return { absent: 'It was not sampled, or its spans did not reach the trace backend.' }
  if (answer.status >= 400) return { absent: parseErrorMessage(answer.body) ?? `HTTP ${answer.status}` }
  const trace = parseTrace(answer.body)
  return trace === undefined ? { absent: 'The trace backend’s answer is not a trace.' } : { trace }
}

/** The call trees of the newest requests that were looked up; a handful is enough. */
export function createExplanations() {
  /** @type {Map<string, Explanation | null>} */
  const known = new Map()
  return {
    /** @param {string} traceId */
    get: (traceId) => known.get(traceId) ?? null,
    /** @param {string} traceId */
    async read(traceId) {
      if (known.has(traceId)) return
      const answer = await requestJson(`/api/requests/${traceId}?optional=true`)
      const body = answer.kind === 'json' && isRecord(answer.body) ? answer.body['explain'] : undefined
      known.set(traceId, parseExplanation(body) ?? null)
      for (const oldest of known.keys()) {
        if (known.size <= CAPACITY) break
        known.delete(oldest)
      }
    },
  }
}
