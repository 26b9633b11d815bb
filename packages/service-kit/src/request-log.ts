import type { RequestHandler } from 'express'
import type { Ids, Logger } from './logger.ts'

/** Paths that machines request all day; their lines are at `debug`. */
const QUIET = /^\/(health|metrics)(\/|$)/

/**
 * One line per request when its answer is done, or when the client left before that (`aborted`).
 * The ids are those at the arrival of the request, because a socket's later events belong to no trace.
 */
export function requestLog(logger: Logger, ids: Ids): RequestHandler {
  return (request, response, next) => {
    const started = performance.now()
    const path = request.path.slice(0, 256)
    const arrived = ids()
    response.once('close', () => {
      const line = {
        ...arrived,
        method: request.method,
        path,
        status: response.statusCode,
        duration_ms: Math.round((performance.now() - started) * 1000) / 1000,
        ...(response.writableFinished ? {} : { aborted: true }),
      }
      if (QUIET.test(path)) logger.debug(line, 'request')
      else logger.info(line, 'request')
    })
    next()
  }
}
