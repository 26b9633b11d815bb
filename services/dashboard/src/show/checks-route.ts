import { type Request, type RequestHandler, Router } from 'express'
import { type CheckOptions, runChecks, verifyBypass } from 'throughline'
import { sameOrigin } from '../same-origin.ts'

/**
 * `POST /api/checks`: runs the checks and answers `{ at, results }`. `POST /api/checks/bypass`: probes the bypass of
 * counting's sidecar and answers `{ at }` with its result. POSTs, because both may increment the count. Concurrent
 * callers share one run.
 */
export function checksRoute(optionsFor: (request: Request) => CheckOptions): Router {
  const routes = Router()
  routes.post(
    '/',
    sameOrigin,
    shared(async (request) => ({ results: await runChecks(optionsFor(request)) })),
  )
  routes.post(
    '/bypass',
    sameOrigin,
    shared((request) => verifyBypass(optionsFor(request))),
  )
  return routes
}

/** Concurrent callers share one run. */
function shared(run: (request: Request) => Promise<object>): RequestHandler {
  let running: Promise<object> | undefined
  return async (request, response) => {
    running ??= run(request)
      .then((result) => ({ at: new Date().toISOString(), ...result }))
      .finally(() => (running = undefined))
    response.set('cache-control', 'no-store').json(await running)
  }
}
