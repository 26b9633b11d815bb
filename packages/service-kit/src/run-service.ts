import type { RequestListener } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Health } from './health.ts'
import { listen, type ListenOptions } from './listen.ts'
import type { Logger } from './logger.ts'

export interface RunServiceOptions {
  logger: Logger
  health: Health
  app: RequestListener
  at: ListenOptions
  /** How long to keep serving after readiness is off, so that it leaves the endpoints first. */
  drainDelayMs: number
  /** How long requests in flight may take. */
  drainTimeoutMs: number
  /** Runs when the service listens; `url` is `http://host:port` or `unix:/path`. */
  onListening?: (url: string) => void
  /** Runs when no new requests arrive: ends work that would never end by itself, such as event streams. */
  onDraining?: () => void
  /** Runs last, when no request is left: closes clients, flushes spans. */
  onClosed: () => Promise<void>
}

/**
 * Listens until SIGTERM or SIGINT, then: not ready, each answer ends its connection → wait → stop accepting → finish
 * requests in flight → `onClosed` → exit 0. A second signal exits at once, with 128 + its number.
 */
export async function runService(options: RunServiceOptions): Promise<void> {
  const { logger, health } = options
  const signalled = nextSignal()
  const listening = await listen(options.app, options.at)
  health.setReady(true)
  logger.info({ url: listening.url }, 'listening')
  options.onListening?.(listening.url)

  const signal = await signalled
  logger.info({ signal }, 'draining')
  exitOnNextSignal()
  health.setReady(false)
  listening.drain()
  await wait(options.drainDelayMs)
  options.onDraining?.()
  const cut = await listening.close(options.drainTimeoutMs)
  if (cut > 0) logger.warn({ connections: cut }, 'connections were cut: they outlasted DRAIN_TIMEOUT_MS')
  await options.onClosed()
  logger.info('stopped')
  process.exit(0)
}

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const

function nextSignal(): Promise<keyof typeof SIGNALS> {
  return new Promise((resolve) => {
    for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) process.once(signal, resolve)
  })
}

function exitOnNextSignal(): void {
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.removeAllListeners(signal)
    process.once(signal, () => process.exit(128 + number))
  }
}
