import { Router } from 'express'
import type { CheckOptions } from './checks/check.ts'
import { runChecks } from './checks/run-checks.ts'
import { sameOrigin } from './same-origin.ts'

/**
 * `POST /api/checks`: runs the checks and gives `{ at, results }`. A POST, because one of them makes counting count. Who
 * asks while they run gets the same results.
 */
export function checksRoute(options: CheckOptions): Router {
  let running: Promise<object> | undefined
  const routes = Router()
  routes.post('/', sameOrigin, async (_request, response) => {
    running ??= runChecks(options)
      .then((results) => ({ at: new Date().toISOString(), results }))
      .finally(() => (running = undefined))
    response.set('cache-control', 'no-store').json(await running)
  })
  return routes
}
