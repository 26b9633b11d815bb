import { setTimeout as wait } from 'node:timers/promises'
import { parseBaggage } from '@throughline/propagation'
import { ServiceError, type Logger } from '@throughline/service-kit'
import type { RequestHandler } from 'express'

/** A failure to show. `delay` in ms; `error` as the share of requests that fail; `crash` ends the process. */
export type Fault = { kind: 'delay'; ms: number } | { kind: 'error'; share: number } | { kind: 'crash' }

const MAX_DELAY_MS = 60_000

/**
 * Reads the baggage member `throughline-fault`: `delay:500` (ms, at most a minute), `error:0.5` (share from 0 to 1),
 * `crash`. Anything else is no fault. Being baggage, it travels with the ordinary `GET /` through every proxy.
 */
export function parseFault(baggage: string | undefined): Fault | undefined {
  const value = parseBaggage(baggage)?.find((entry) => entry.key === 'throughline-fault')?.value
  if (value === 'crash') return { kind: 'crash' }
  const match = /^(delay|error):(\d{1,6}(?:\.\d{1,6})?)$/.exec(value ?? '')
  if (!match) return undefined
  const amount = Number(match[2])
  if (match[1] === 'delay') return amount <= MAX_DELAY_MS ? { kind: 'delay', ms: amount } : undefined
  return amount <= 1 ? { kind: 'error', share: amount } : undefined
}

/** Makes the fault that a request asks for. Installed only with `FAULTS=on`. */
export function faultInjection(logger: Logger): RequestHandler {
  return async (request, _response, next) => {
    const fault = parseFault(request.get('baggage'))
    if (fault?.kind === 'crash') {
      logger.fatal('crashing, as the request asked (FAULTS=on)')
      process.exit(70)
    }
    if (fault?.kind === 'delay') await wait(fault.ms)
    if (fault?.kind === 'error' && Math.random() < fault.share) {
      throw new ServiceError('TL_FAULT', 'failing, as the request asked (FAULTS=on)')
    }
    next()
  }
}
