// @ts-check

/**
 * @typedef {{ kind: 'json', status: number, body: unknown }} JsonAnswer
 * @typedef {{ kind: 'lost', reason: string }} LostAnswer
 */

/** Longer than the dashboard's own timeout for its upstream, so that its answer comes first. */
const TIMEOUT_MS = 8000

/**
 * One same-origin request. It never throws: no answer in time, no answer at all and an answer that isn't JSON are
 * all `lost`, with the reason in words.
 *
 * @param {string} path
 * @param {{ method?: 'GET' | 'POST', body?: unknown, headers?: Record<string, string>, timeoutMs?: number }} [options]
 * @returns {Promise<JsonAnswer | LostAnswer>}
 */
export async function requestJson(path, { method = 'GET', body, headers = {}, timeoutMs: limitMs = TIMEOUT_MS } = {}) {
  /** @type {Response} */
  let response
  /** @type {string} */
  let text
  try {
    response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(limitMs),
    })
    text = await response.text()
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    return {
      kind: 'lost',
      reason: late ? `No answer within ${limitMs / 1000} s.` : 'The connection was refused or cut.',
    }
  }
  if (response.status === 204) return { kind: 'json', status: 204, body: undefined }
  try {
    return { kind: 'json', status: response.status, body: JSON.parse(text) }
  } catch {
    return { kind: 'lost', reason: `The answer was not JSON (HTTP ${response.status}): something else answers here.` }
  }
}
