// @ts-check
import { randomBytes } from 'node:crypto'
import net from 'node:net'

const OK = 'HTTP/1.1 200'

/**
 * @typedef {object} Load
 * @property {number} port
 * @property {number} connections
 * @property {number} count
 * @property {boolean} sampled
 * @property {number} [headers] of a request, beside those that a sidecar adds; default 0
 * @property {number} [rate] requests a second; default as many as are answered
 */

/**
 * Sends `count` GET requests over `connections` kept-alive connections, one at a time on each, and resolves when all are
 * answered. Every request is a trace of its own with an `x-request-id`, as a sidecar sends it.
 * @param {Load} load
 * @returns {Promise<number[]>} the milliseconds each took, from when it was due, or sent if that was earlier
 */
export async function sendRequests({ port, connections, count, sampled, headers = 0, rate }) {
  let taken = 0
  /** @type {number[]} */
  const latencies = []
  const started = performance.now()
  /** When the next request is due; undefined when there is none. */
  const takeOne = () => {
    if (taken === count) return undefined
    const due = rate === undefined ? performance.now() : started + (taken / rate) * 1000
    taken += 1
    return due
  }
  const others = Array.from({ length: headers }, (_, i) => `x-bench-${i}: value-${i}\r\n`).join('')
  const format = () => formatRequest(sampled, others)
  await Promise.all(Array.from({ length: connections }, () => keepAsking(port, { takeOne, format, latencies })))
  return latencies
}

/**
 * @param {number} port
 * @param {{ takeOne: () => number | undefined, format: () => string, latencies: number[] }} options
 * @returns {Promise<void>}
 */
function keepAsking(port, { takeOne, format, latencies }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1')
    /** @type {number | undefined} */
    let due
    const next = () => {
      due = takeOne()
      if (due === undefined) {
        socket.end(resolve)
        return
      }
      const early = due - performance.now()
      if (early < 1) send()
      else setTimeout(send, early)
    }
    const send = () => {
      // A timer may fire before its time.
      due = Math.min(due ?? Infinity, performance.now())
      socket.write(format())
    }
    // An answer is small and comes in one piece on the loopback; a piece without a body's end is only half of one.
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
      if (!received.startsWith(OK.slice(0, received.length))) reject(new Error(received.slice(0, 200)))
      if (!received.endsWith('}')) return
      received = ''
      latencies.push(performance.now() - (due ?? 0))
      next()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('connect', next)
  })
}

/**
 * @param {boolean} sampled
 * @param {string} others headers, as they are sent
 */
function formatRequest(sampled, others) {
  const id = randomBytes(24).toString('hex')
  const traceparent = `00-${id.slice(0, 32)}-${id.slice(32)}-0${sampled ? 1 : 0}`
  return `GET / HTTP/1.1\r\nhost: bench\r\ntraceparent: ${traceparent}\r\nx-request-id: 3b1f3a3e-8c8a-4a5e-9f0e-0123456789ab\r\n${others}\r\n`
}
