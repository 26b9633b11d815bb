// @ts-check
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** @param {number} most */
const upTo = (most) => Math.floor(Math.random() * most)
/** @param {string} text @param {number} times */
const repeated = (text, times) => text.repeat(1 + upTo(times))

/** Headers that are wrong in one way each; all of them fit into what Node reads. */
const HEADERS = [
  () => `baggage: ${repeated('a=       ,', 1000)}"`,
  () => `baggage: a=${repeated(' ', 8000)}x`,
  () => `baggage: ${repeated('k=v;p=1,', 1500)}`,
  () => `tracestate: ${repeated('a=b,', 3000)}=`,
  () => `tracestate: ${repeated('vendor@tenant=x,', 700)}`,
  () => `traceparent: 00-${repeated('4bf92f35', 1000)}-01`,
  () => `traceparent: ff-${'0'.repeat(32)}-${'0'.repeat(16)}-ff`,
  () => `b3: ${repeated('-1', 6000)}`,
  () => `x-b3-traceid: ${repeated('0', 12_000)}\r\nx-b3-spanid: ${repeated('f', 3000)}`,
  () => `x-datadog-trace-id: ${repeated('9', 10_000)}\r\nx-datadog-tags: ${repeated('_dd.p.tid=', 200)}`,
  () => `cookie: ${repeated('c=1; ', 2000)}\r\nx-request-id: ${repeated('\u00ff', 2000)}`,
  () => `x-forwarded-for: ${repeated('1.1.1.1,', 1500)}\r\nhost: evil.example`,
  () => `traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n`.repeat(40).trim(),
]

/** Requests that are wrong as a whole, with a body or beyond HTTP. */
const REQUESTS = [
  () =>
    `POST /api/traffic HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n${'['.repeat(900)}`,
  () =>
    `POST /api/traffic HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n{`,
  () => `GET /api/requests/${repeated('%00', 1000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
  () => `GET /${repeated('../', 2000)}etc/passwd HTTP/1.1\r\nhost: localhost\r\n\r\n`,
  () => `GET /api/history?after=${repeated('x', 5000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
  () => `${repeated('\u0000\u00ff', 4000)}\r\n\r\n`,
  () => `GET / HTTP/1.1\r\nhost: localhost\r\n${repeated('x: y\r\n', 3000)}\r\n`,
  () => 'GET /api/count HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(1 + upTo(40)),
]

/** @param {(() => string)[]} list */
const any = (list) => (list[upTo(list.length)] ?? String)()

/**
 * Clients of all bad kinds, until they are stopped: hostile headers, requests a byte at a time, connections that say
 * nothing, event streams and answers that no one reads.
 * @param {{ dashboard: string, counting: string }} urls
 * @param {AbortSignal} stop
 */
export async function beBadClients({ dashboard, counting }, stop) {
  const made = { hostile: 0, slow: 0, silent: 0, unread: 0 }
  await Promise.all([
    ...times(4, () =>
      repeat(stop, 25, async () => {
        const [url, path] = upTo(2) === 0 ? [dashboard, '/api/count'] : [counting, '/']
        made.hostile += 1
        const text =
          upTo(3) === 0 ? any(REQUESTS) : `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${any(HEADERS)}\r\n\r\n`
        await exchange(url, text, stop)
      }),
    ),
    ...times(20, () =>
      repeat(stop, 100, async () => {
        made.slow += 1
        await trickle(dashboard, stop)
      }),
    ),
    ...times(30, () =>
      repeat(stop, 1000, async () => {
        made.silent += 1
        await hold(upTo(2) === 0 ? dashboard : counting, '', stop)
      }),
    ),
    ...times(90, () =>
      repeat(stop, 500, async () => {
        made.unread += 1
        const path = upTo(4) === 0 ? '/api/history' : '/api/events'
        await hold(dashboard, `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`, stop)
      }),
    ),
  ])
  return made
}

/**
 * @param {number} count
 * @param {() => Promise<void>} run
 */
const times = (count, run) => Array.from({ length: count }, run)

/**
 * @param {AbortSignal} stop
 * @param {number} pauseMs
 * @param {() => Promise<void>} run
 */
async function repeat(stop, pauseMs, run) {
  while (!stop.aborted) {
    await run()
    await delay(pauseMs + upTo(pauseMs))
  }
}

/** @param {string} url */
function connect(url) {
  const { hostname, port } = new URL(url)
  return net.connect(Number(port), hostname).on('error', () => {})
}

/**
 * Sends and reads what comes, for a second at most.
 * @param {string} url
 * @param {string} text
 * @param {AbortSignal} stop
 */
async function exchange(url, text, stop) {
  const socket = connect(url)
  socket.resume().end(Buffer.from(text, 'latin1'))
  await closed(socket, stop, 1000)
}

/**
 * A request of which a byte comes now and then; the rest never does.
 * @param {string} url
 * @param {AbortSignal} stop
 */
async function trickle(url, stop) {
  const socket = connect(url)
  socket.resume()
  const text = `GET /api/count HTTP/1.1\r\nhost: localhost\r\nbaggage: ${'k=v,'.repeat(500)}`
  let sent = 0
  const timer = setInterval(() => socket.write(text[(sent += 1) % text.length] ?? ''), 50)
  await closed(socket, stop, 20_000)
  clearInterval(timer)
}

/**
 * Sends, and reads nothing.
 * @param {string} url
 * @param {string} text
 * @param {AbortSignal} stop
 */
async function hold(url, text, stop) {
  const socket = connect(url)
  socket.pause().write(text)
  await closed(socket, stop, 10_000 + upTo(20_000))
}

/**
 * Until the other side closes it, or until the signal or so many milliseconds: then it is closed here.
 * @param {net.Socket} socket
 * @param {AbortSignal} until
 * @param {number} ms
 */
function closed(socket, until, ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(), ms)
    const done = () => {
      clearTimeout(timer)
      until.removeEventListener('abort', done)
      socket.destroy()
      resolve(undefined)
    }
    socket.once('close', done)
    until.addEventListener('abort', done)
    if (until.aborted) done()
  })
}
