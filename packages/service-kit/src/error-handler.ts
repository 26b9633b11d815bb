import type { ErrorRequestHandler, RequestHandler } from 'express'
import { ServiceError } from './errors.ts'
import type { Logger } from './logger.ts'

/** Answers a path without a route with `TL_NOT_FOUND`. */
export const notFound: RequestHandler = (request) => {
  throw new ServiceError('TL_NOT_FOUND', `no route for ${request.method} ${request.path.slice(0, 256)}`)
}

/** Answers a known path with another method: 405 and an Allow header (RFC 9110 §15.5.6). */
export function methodNotAllowed(...allowed: string[]): RequestHandler {
  return (request, response) => {
    response.set('allow', allowed.join(', '))
    throw new ServiceError(
      'TL_METHOD_NOT_ALLOWED',
      `${request.method} is not allowed here; allowed: ${allowed.join(', ')}`,
    )
  }
}

/**
 * Answers every error as JSON `{ code, message }`. Expected ones are one log line; a defect (`TL_INTERNAL`) is logged
 * with its stack and answered without its message, which may contain internals.
 */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const known = toServiceError(error)
    const line = { code: known.code, method: request.method, path: request.path.slice(0, 256) }
    if (known.code === 'TL_INTERNAL') logger.error({ ...line, err: error }, 'request failed')
    else logger.debug(line, known.message)
    if (response.headersSent) return next(error)
    if (known.code === 'TL_BUSY') response.set('retry-after', '1')
    response.status(known.status).json({ code: known.code, message: known.message })
  }
}

/** Errors of Express and its body parser carry a 4xx `status` and a message made for the caller. */
function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return new ServiceError(error.status === 413 ? 'TL_TOO_LARGE' : 'TL_BAD_REQUEST', error.message, { cause: error })
  }
  return new ServiceError('TL_INTERNAL', 'the service failed; its log says why', { cause: error })
}
