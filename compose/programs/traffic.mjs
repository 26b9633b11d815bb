// @ts-check
/** Requests `GET /api/count` of a page so many times a second, and tells once in ten seconds how they ended. */
import { setTimeout as delay } from 'node:timers/promises'

const pageUrl = process.env['PAGE_URL'] ?? 'http://localhost:9002'
const pauseMs = 1000 / Math.max(Number(process.env['PER_SECOND']) || 1, 0.1)
/** @type {Record<string, number>} */
let states = {}

async function send() {
  let state
  try {
    const response = await fetch(`${pageUrl}/api/count`, { signal: AbortSignal.timeout(5000) })
    state = String(JSON.parse(await response.text()).state)
  } catch {
    state = 'no answer from the dashboard'
  }
  states[state] = (states[state] ?? 0) + 1
}

process.on('SIGTERM', () => process.exit(0))
setInterval(() => {
  process.stdout.write(`${JSON.stringify(states)}\n`)
  states = {}
}, 10_000)
for (;;) {
  void send()
  await delay(pauseMs)
}
