// @ts-check
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * A client that behaves: one count after another over a connection that it keeps, until it is stopped.
 * @param {string} url of the dashboard
 * @param {AbortSignal} stop
 */
export async function beGoodClient(url, stop) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  /** @type {number[]} */
  const durations = []
  /** @type {string[]} */
  const failures = []
  let again = 0
  while (!stop.aborted) {
    const begin = performance.now()
    try {
      again += await count(`${url}/api/count`, agent)
      durations.push(performance.now() - begin)
    } catch (error) {
      failures.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)}`)
    }
    await delay(20)
  }
  agent.destroy()
  return { durations, failures, again }
}

/**
 * One count. A kept connection that the other side has just closed is no answer: as every client does, it asks once more
 * over another one.
 * @param {string} url
 * @param {http.Agent} agent
 * @param {number} [tries]
 * @returns {Promise<number>} how often it asked again
 */
async function count(url, agent, tries = 0) {
  const request = http.get(url, { agent, timeout: 10_000 })
  request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
  try {
    const [response] = /** @type {[http.IncomingMessage]} */ (await once(request, 'response'))
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text.slice(0, 200)}`)
    const { state } = JSON.parse(text)
    if (state !== 'connected') throw new Error(text.slice(0, 300))
    return tries
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (request.reusedSocket && code === 'ECONNRESET' && tries === 0) return count(url, agent, 1)
    throw error
  }
}
