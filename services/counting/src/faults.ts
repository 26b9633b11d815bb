import { setTimeout as wait } from 'node:timers/promises'
import { parseBaggage } from '@throughline/propagation'
import { ServiceError, type Logger } from '@throughline/service-kit'
import type { RequestHandler, Response } from 'express'

/**
 * A failure for a demo. `delay`: ms before the answer; `trickle`: ms over which the answer trickles; `error`: the share
 * of requests that fail; `crash` ends the process.
 */
export type Fault = { kind: 'delay' | 'trickle'; ms: number } | { kind: 'error'; share: number } | { kind: 'crash' }

const MAX_MS = 60_000

/** Time between two pieces of an answer that trickles. */
const DRIP_MS = 50

/**
 * Reads the baggage member `throughline-fault`: `delay:500` and `trickle:500` (ms, at most a minute), `error:0.5`
 * (share from 0 to 1), `crash`. Anything else is ignored. Being baggage, it travels with the ordinary `GET /` through
 * every proxy.
 */
export function parseFault(baggage: string | undefined): Fault | undefined {
  const value = parseBaggage(baggage)?.find((entry) => entry.key === 'throughline-fault')?.value
  if (value === 'crash') return { kind: 'crash' }
  const match = /^(delay|trickle|error):(\d{1,6}(?:\.\d{1,6})?)$/.exec(value ?? '')
  if (!match) return undefined
  const amount = Number(match[2])
  if (match[1] === 'error') return amount <= 1 ? { kind: 'error', share: amount } : undefined
  return amount <= MAX_MS ? { kind: match[1] as 'delay' | 'trickle', ms: amount } : undefined
}

/** Produces the fault that a request asks for. Installed only with `FAULTS=on`. */
export function faultInjection(logger: Logger): RequestHandler {
  return async (request, response, next) => {
    const fault = parseFault(request.get('baggage'))
    if (fault?.kind === 'crash') {
      logger.fatal('crashing, as the request demands (FAULTS=on)')
      process.exit(70)
    }
    if (fault?.kind === 'delay') await wait(fault.ms)
    if (fault?.kind === 'trickle') trickleAnswer(response, fault.ms)
    if (fault?.kind === 'error' && Math.random() < fault.share) {
      throw new ServiceError('TL_FAULT', 'failing, as the request demands (FAULTS=on)')
    }
    next()
  }
}

/** The headers at once, the body in small pieces: a timeout that restarts with every byte never notices it. */
function trickleAnswer(response: Response, ms: number): void {
  response.json = (body: unknown) => {
    const text = JSON.stringify(body)
    const pieces = Math.max(1, Math.min(text.length, Math.round(ms / DRIP_MS)))
    const size = Math.ceil(text.length / pieces)
    let at = 0
    response.type('json').flushHeaders()
    const drip = setInterval(() => {
      response.write(text.slice(at, at + size))
      at += size
      if (at >= text.length) response.end()
    }, ms / pieces)
    response.once('close', () => clearInterval(drip))
    return response
  }
}
