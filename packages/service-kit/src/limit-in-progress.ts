import { AsyncResource } from 'node:async_hooks'
import type { RequestHandler } from 'express'
import { ServiceError } from './errors.ts'

export interface InProgressLimits {
  /** Most requests that run at once. */
  running: number
  /** Most requests that wait for one of those to end; more are answered with 503. */
  waiting: number
}

/**
 * Bounds the total cost of a handler's requests. A request counts until the handler is done and the answer was read or
 * its client has left: work may continue without its client, and an unread answer takes memory.
 */
export function limitInProgress<P>(limits: InProgressLimits, handler: RequestHandler<P>): RequestHandler<P> {
  // In order of arrival: a Set iterates in order of insertion.
  const waiting = new Set<() => void>()
  let running = 0

  const startNext = (): void => {
    const next = waiting.values().next().value
    if (next === undefined || running >= limits.running) return
    waiting.delete(next)
    next()
  }

  return (request, response, next) => {
    if (running >= limits.running && waiting.size >= limits.waiting) {
      const { running: most, waiting: more } = limits
      throw new ServiceError('TL_BUSY', `${most} requests are in progress and ${more} wait; try again`)
    }
    const closed = new Promise<void>((resolve) => void response.once('close', resolve))
    const run = async (): Promise<void> => {
      running += 1
      try {
        await handler(request, response, next)
      } catch (error) {
        next(error)
      }
      await closed
      running -= 1
      startNext()
    }
    if (running < limits.running) {
      void run()
      return
    }
    // Otherwise it would run in the trace of the request that ended.
    const start = AsyncResource.bind(() => void run())
    waiting.add(start)
    void closed.then(() => waiting.delete(start))
  }
}
