import express, { type Express } from 'express'
import { checkHost } from './allowed-hosts.ts'
import { errorHandler, notFound } from './error-handler.ts'
import type { Health } from './health.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { Ids } from './logger.ts'
import { requestLog } from './request-log.ts'

export interface ServiceAppOptions {
  logger: Logger
  health: Health
  metrics: Metrics
  /** Ids of the active trace; default none. */
  ids?: Ids
  /**
   * Names in a Host header that are answered, besides IP addresses, `localhost` and names below it; `*` is every name.
   * Default `*`: only the process knows where it listens.
   */
  allowedHosts?: readonly string[]
  /** Adds the service's own routes: after health and metrics, before the answer to everything else (404). */
  routes: (app: Express) => void
}

/** The Express app that both services start from: logs, metrics, health, the service's routes, errors as JSON. */
export function createServiceApp(options: ServiceAppOptions): Express {
  const { logger, health, metrics, ids = () => ({}), allowedHosts = ['*'], routes } = options
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('strict routing')
  app.enable('case sensitive routing')
  // A probe may use any name, and learns only public facts.
  app.use(requestLog(logger, ids), metrics.observe, health.routes, checkHost(allowedHosts))
  app.get('/metrics', metrics.handler)
  routes(app)
  app.use(notFound, errorHandler(logger))
  return app
}
