// @ts-check
import { randomBytes } from 'node:crypto'
import net from 'node:net'

/**
 * Sends `count` GET requests over `connections` kept-alive connections, one at a time on each, and resolves when all are
 * answered. Every request is a trace of its own with an `x-request-id`, as a sidecar sends it.
 * @param {{ port: number, connections: number, count: number, sampled: boolean }} options
 */
export async function sendRequests({ port, connections, count, sampled }) {
  let left = count
  const takeOne = () => (left -= 1) >= 0
  await Promise.all(Array.from({ length: connections }, () => keepAsking(port, { takeOne, sampled })))
}

/**
 * @param {number} port
 * @param {{ takeOne: () => boolean, sampled: boolean }} options
 * @returns {Promise<void>}
 */
function keepAsking(port, { takeOne, sampled }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1')
    const next = () => {
      if (takeOne()) socket.write(formatRequest(sampled))
      else socket.end(resolve)
    }
    // An answer is small and comes in one piece on the loopback; a piece without a body's end is only half of one.
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
      if (!received.endsWith('}')) return
      if (!received.startsWith('HTTP/1.1 200')) reject(new Error(received.slice(0, 200)))
      received = ''
      next()
    })
    socket.on('error', reject)
    socket.on('connect', next)
  })
}

/** @param {boolean} sampled */
function formatRequest(sampled) {
  const id = randomBytes(24).toString('hex')
  const traceparent = `00-${id.slice(0, 32)}-${id.slice(32)}-0${sampled ? 1 : 0}`
  return `GET / HTTP/1.1\r\nhost: bench\r\ntraceparent: ${traceparent}\r\nx-request-id: 3b1f3a3e-8c8a-4a5e-9f0e-0123456789ab\r\n\r\n`
}
