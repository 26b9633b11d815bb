import { createServiceApp, limitInProgress, methodNotAllowed, type ServiceAppOptions } from '@throughline/service-kit'
import type { Express } from 'express'
import helmet from 'helmet'
import { countRoute, type CountRouteOptions } from './count-route.ts'
import type { CountingClient } from './counting-client.ts'
import { meshControls, type MeshControlsOptions } from './mesh-controls.ts'
import { traceQuery } from './trace-query.ts'
import { createUpstreamHealth } from './upstream-health.ts'

export interface DashboardAppOptions extends Omit<ServiceAppOptions, 'routes'> {
  counting: CountingClient
  /** Trace id of the request being served; default none. */
  traceId?: () => string | undefined
  /** Base of a Jaeger-shaped query API; unset = `GET /api/traces/:traceId` answers `TL_TRACES_OFF`. */
  traceQueryUrl?: string | undefined
  controls?: MeshControlsOptions
  /** Sees each request of `GET /api/count`; default none. */
  observe?: CountRouteOptions['observe']
  /** Adds routes after those of the app; default none. */
  addRoutes?: (app: Express) => void
}

/** The dashboard as an Express app that does not listen. */
export function createApp(options: DashboardAppOptions): Express {
  const { counting, traceId = none, traceQueryUrl, controls = {}, observe, addRoutes, ...kit } = options
  const { metrics, logger } = kit
  const upstream = createUpstreamHealth()
  return createServiceApp({
    ...kit,
    routes: (app) => {
      app.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false }))
      app.get('/health/api', (_request, response) => {
        const status = upstream.status()
        response.status(status === 'unhealthy' ? 503 : 200).json({ status, failures: upstream.failures() })
      })
      // Express answers HEAD with a GET route, and a HEAD must not count.
      app.head('/api/count', methodNotAllowed('GET'))
      app.get(
        '/api/count',
        limitInProgress(
          COUNT_LIMITS,
          countRoute({ counting, upstream, traceId, metrics, logger, ...(observe && { observe }) }),
        ),
      )
      app.get('/api/traces/:traceId', limitInProgress(TRACE_LIMITS, traceQuery(traceQueryUrl)))
      app.use('/api/mesh', meshControls(controls))
      app.all(['/api/count', '/api/traces/:traceId', '/health/api'], methodNotAllowed('GET', 'HEAD'))
      addRoutes?.(app)
    },
  })
}

/** Each running request holds a connection to counting; a caller that waits still has its answer within seconds. */
const COUNT_LIMITS = { running: 64, waiting: 256 }

/** A trace is held in memory whole, as text and as objects. */
const TRACE_LIMITS = { running: 2, waiting: 32 }

const none = (): undefined => undefined

/** Everything the page needs comes from this origin; nothing is inline, and no other site may frame it. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
  },
}
