import { type RequestHandler, Router } from 'express'
import type { CheckOptions } from './checks/check.ts'
import { runChecks } from './checks/run-checks.ts'
import { verifyBypass } from './checks/verify-bypass.ts'
import { sameOrigin } from './same-origin.ts'

/**
 * `POST /api/checks`: runs the checks and gives `{ at, results }`. `POST /api/checks/bypass`: takes the bypass
 * counting's sidecar, and gives `{ at }` and what came of it. POSTs, because both may make counting count. Who asks while
 * one runs gets the same result.
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

/** Answers everybody who asks while it runs with one run. */
function shared(run: () => Promise<object>): RequestHandler {
  let running: Promise<object> | undefined
  return async (_request, response) => {
    running ??= run()
      .then((result) => ({ at: new Date().toISOString(), ...result }))
      .finally(() => (running = undefined))
    response.set('cache-control', 'no-store').json(await running)
  }
}
