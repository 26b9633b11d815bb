import net from 'node:net'
import { randomBytes } from 'node:crypto'

/**
 * Sends `count` GET requests over `connections` kept-alive connections, one at a time on each, and resolves when all are
 * answered. Every request is a sampled trace of its own with an `x-request-id`, as a sidecar sends it.
 * @param {{ port: number, connections: number, count: number }} options
 */
export async function sendRequests({ port, connections, count }) {
  let left = count
  await Promise.all(Array.from({ length: connections }, () => connection(port, () => (left -= 1) >= 0)))
}

/**
 * @param {number} port
 * @param {() => boolean} takeOne
 * @returns {Promise<void>}
 */
function connection(port, takeOne) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1').setNoDelay()
    const next = () => {
      if (takeOne()) socket.write(request())
      else socket.end(resolve)
    }
    // An answer is small and comes in one piece on the loopback; a piece without a body's end is only half of one.
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (!received.endsWith('}')) return
      if (!received.startsWith('HTTP/1.1 200')) reject(new Error(received.slice(0, 200)))
      received = ''
      next()
    })
    socket.on('error', reject)
    socket.on('connect', next)
  })
}

function request() {
  const id = randomBytes(24).toString('hex')
  const traceparent = `00-${id.slice(0, 32)}-${id.slice(32)}-01`
  return `GET / HTTP/1.1\r\nhost: bench\r\ntraceparent: ${traceparent}\r\nx-request-id: 3b1f3a3e-8c8a-4a5e-9f0e-0123456789ab\r\n\r\n`
}
