// @ts-check
/** Calls counting's app without going through its sidecar, every two seconds: one line each time, saying what came of it. */
import { setTimeout as delay } from 'node:timers/promises'

const url = process.env['COUNTING_URL'] ?? 'http://counting:9001'

async function ask() {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) })
    return `OPEN    ${url} answered ${response.status} ${(await response.text()).trim()} to a caller without an identity`
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return `closed  ${url}: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

process.on('SIGTERM', () => process.exit(0))
for (;;) {
  process.stdout.write(`${await ask()}\n`)
  await delay(2000)
}
