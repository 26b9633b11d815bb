// @ts-check
import { once } from 'node:events'
import http from 'node:http'
import { spanIds } from './span-ids.mjs'

/** What a proxy with a small limit lets through. */
const SMALL_LIMIT = 200_000
const SLOW_MS = 1000
const RESTART_MS = { up: 500, down: 500 }

/**
 * A collector that takes everything, and has one kind of trouble between `begin` and `end`.
 * @param {import('./outage-cases.mjs').Trouble} trouble
 */
export async function startTroubledCollector(trouble) {
  /** @type {Set<string>} */
  const ids = new Set()
  let received = 0
  let isTroubled = false
  /** @type {Set<http.ServerResponse>} */
  const hanging = new Set()

  /** @type {http.RequestListener} */
  const listener = (request, response) => {
    /** @type {Buffer[]} */
    const chunks = []
    request.on('error', () => {})
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => answer(Buffer.concat(chunks), request, response))
  }

  /**
   * @param {Buffer} body
   * @param {http.IncomingMessage} request
   * @param {http.ServerResponse} response
   */
  const answer = (body, request, response) => {
    if (isTroubled) {
      if (trouble === 'resets') return request.socket.resetAndDestroy()
      if (trouble === 'hangs') return hanging.add(response)
      if (trouble === 'answers 429') return response.writeHead(429, { 'retry-after': '1' }).end()
      if (trouble === 'answers 503') return response.writeHead(503).end()
      if (trouble === 'answers 413' && body.length > SMALL_LIMIT) return response.writeHead(413).end()
    }
    if (request.headers['content-type'] === 'application/x-protobuf') {
      const all = spanIds(body)
      received += all.length
      for (const id of all) ids.add(id)
    }
    const acknowledge = () => response.writeHead(200).end()
    return isTroubled && trouble === 'slow' ? setTimeout(acknowledge, SLOW_MS) : acknowledge()
  }

  let server = await listen(listener, 0)
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  const open = async () => {
    server = await listen(listener, port)
  }
  /** @type {Promise<void> | undefined} */
  let restarts

  const restart = async () => {
    while (isTroubled) {
      await close()
      await pause(RESTART_MS.down)
      await open()
      await pause(RESTART_MS.up)
    }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    /** Spans received, each once; and all of them. */
    counts: () => ({ unique: ids.size, received }),
    async begin() {
      isTroubled = true
      if (trouble === 'away') await close()
      if (trouble === 'restarts') restarts = restart()
    },
    async end() {
      isTroubled = false
      await restarts
      if (trouble === 'away') await open()
      for (const response of hanging) response.destroy()
    },
    close,
  }
}

/**
 * @param {http.RequestListener} listener
 * @param {number} port
 */
async function listen(listener, port) {
  const server = http.createServer(listener)
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return server
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
