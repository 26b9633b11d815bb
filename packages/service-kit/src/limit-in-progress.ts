import type { NextFunction, RequestHandler } from 'express'
import { ServiceError } from './errors.ts'

export interface InProgressLimits {
  /** Most requests that run at once. */
  running: number
  /** Most requests that wait for one of those to end; more are answered with 503. */
  waiting: number
}

/** Bounds what a route's requests cost together. A request counts until its answer is done or its client has left. */
export function limitInProgress({ running: mostRunning, waiting: mostWaiting }: InProgressLimits): RequestHandler {
  // In order of arrival: a Set iterates in order of insertion.
  const waiting = new Set<NextFunction>()
  let running = 0

  const start = (next: NextFunction): void => {
    running += 1
    next()
  }
  const startNext = (): void => {
    const next = waiting.values().next().value
    if (next === undefined || running >= mostRunning) return
    waiting.delete(next)
    start(next)
  }

  return (_request, response, next) => {
    if (running >= mostRunning && waiting.size >= mostWaiting) {
      throw new ServiceError('TL_BUSY', `${mostRunning} requests are in progress and ${mostWaiting} wait; try again`)
    }
    response.once('close', () => {
      if (!waiting.delete(next)) running -= 1
      startNext()
    })
    if (running >= mostRunning) waiting.add(next)
    else start(next)
  }
}
