import diagnosticsChannel from 'node:diagnostics_channel'
import { diag } from '@opentelemetry/api'
import { setRoute } from './set-route.ts'

const INITIALIZATION = 'fastify.initialization'

/** The parts of Fastify 4 and 5 that are used. */
interface FastifyRequest {
  /** Since 4.10; its url is undefined where no route matched. */
  readonly routeOptions?: { readonly url?: string }
  readonly is404?: boolean
  /** Before. */
  readonly routerPath?: string
}
interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): unknown
}

/**
 * Names the routes of each Fastify app that is made from now on. Fastify publishes an app before anything is added to
 * it, so its first hook is ours and a request that another hook refuses has a route as well.
 */
export function observeFastifyRoutes(): () => void {
  diagnosticsChannel.subscribe(INITIALIZATION, onInitialization)
  return () => diagnosticsChannel.unsubscribe(INITIALIZATION, onInitialization)
}

/** Node turns what a subscriber throws into an uncaught exception. */
function onInitialization(message: unknown): void {
  try {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRequest', nameRoute)
  } catch (error) {
    diag.error('the routes of a Fastify app could not be read', error)
  }
}

function nameRoute({ is404, routeOptions, routerPath }: FastifyRequest, _reply: unknown, done: () => void): void {
  if (is404 !== true) setRoute(routeOptions === undefined ? routerPath : routeOptions.url)
  done()
}
