import { type RequestHandler, Router } from 'express'
import { type CheckOptions, runChecks, verifyBypass } from 'throughline'
import { sameOrigin } from '../same-origin.ts'

/**
 * `POST /api/checks`: runs the checks and answers `{ at, results }`. `POST /api/checks/bypass`: probes the bypass of
 * counting's sidecar and answers `{ at }` with its result. POSTs, because both may make counting count. Concurrent callers
 * share one run.
 */
export function checksRoute(options: CheckOptions): Router {
  const routes = Router()
  routes.post(
    '/',
    sameOrigin,
    shared(async () => ({ results: await runChecks(options) })),
  )
  routes.post(
    '/bypass',
    sameOrigin,
    shared(() => verifyBypass(options)),
  )
  return routes
}

/** Concurrent callers share one run. */
function shared(run: () => Promise<object>): RequestHandler {
  let running: Promise<object> | undefined
  return async (_request, response) => {
    running ??= run()
      .then((result) => ({ at: new Date().toISOString(), ...result }))
      .finally(() => (running = undefined))
    response.set('cache-control', 'no-store').json(await running)
  }
}
