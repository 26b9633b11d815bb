import os from 'node:os'
import path from 'node:path'
import { createServiceApp, methodNotAllowed, type ServiceAppOptions } from '@throughline/service-kit'
import express, { type Express } from 'express'
import helmet from 'helmet'
import { countRoute } from './count-route.ts'
import type { CountingClient } from './counting-client.ts'
import { meshControls, type MeshControlsOptions } from './mesh-controls.ts'
import { traceQuery } from './trace-query.ts'
import { createUpstreamHealth } from './upstream-health.ts'

export interface DashboardAppOptions extends Omit<ServiceAppOptions, 'routes'> {
  counting: CountingClient
  /** Address that `counting` calls, for the page to show. */
  upstreamUrl: string
  /** Trace id of the request being served; default none. */
  traceId?: () => string | undefined
  /** Base of a Jaeger-shaped query API; unset = the page shows no traces. */
  traceQueryUrl?: string | undefined
  /** Where the page's trace link goes; `{traceId}` is replaced. Unset = the page's own view. */
  traceUiUrl?: string | undefined
  controls?: MeshControlsOptions
}

const PUBLIC = path.join(import.meta.dirname, '../public')

/** The dashboard as an Express app that doesn't listen. */
export function createApp(options: DashboardAppOptions): Express {
  const { counting, upstreamUrl, traceId = () => undefined, traceQueryUrl, traceUiUrl, controls = {}, ...kit } = options
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
      app.get('/api/count', countRoute({ counting, upstream, traceId, metrics: kit.metrics, logger: kit.logger }))
      app.get('/api/config', (_request, response) => {
        response.json({
          hostname: os.hostname(),
          upstream: upstreamUrl,
          traces: traceQueryUrl !== undefined,
          traceUiUrl: traceUiUrl ?? null,
          controls: controls.url !== undefined,
        })
      })
      app.get('/api/traces/:traceId', traceQuery(traceQueryUrl))
      app.use('/api/mesh', meshControls(controls))
      app.all(['/api/count', '/api/config', '/api/traces/:traceId', '/health/api'], methodNotAllowed('GET', 'HEAD'))
      app.use(express.static(PUBLIC, { redirect: false }))
    },
  })
}

/** Everything the page needs comes from this origin; nothing inline, nobody may frame it. */
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
