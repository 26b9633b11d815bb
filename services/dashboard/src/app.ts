import os from 'node:os'
import { createServiceApp, methodNotAllowed, type ServiceAppOptions } from '@throughline/service-kit'
import express, { type Express } from 'express'
import helmet from 'helmet'
import { type CheckOptions, readMeshStatus } from 'throughline'
import { checksRoute } from './show/checks-route.ts'
import { countRoute } from './count-route.ts'
import type { CountingClient } from './counting-client.ts'
import { createHistory } from './show/history.ts'
import { createLiveRoutes } from './show/live-routes.ts'
import { meshControls, type MeshControlsOptions } from './mesh-controls.ts'
import { pageFolder } from './page-folder.ts'
import { readCounting } from './show/read-counting.ts'
import { traceQuery } from './trace-query.ts'
import { createTraffic } from './show/traffic.ts'
import { trafficRoutes } from './show/traffic-routes.ts'
import type { TrafficRate } from './show/traffic-settings.ts'
import { createUpstreamHealth } from './upstream-health.ts'
import { createWatchers } from './show/watchers.ts'

export interface DashboardAppOptions extends Omit<ServiceAppOptions, 'routes'> {
  counting: CountingClient
  /** Address that `counting` calls, for the page to show. */
  upstreamUrl: string
  /** Trace id of the request being served; default none. */
  traceId?: () => string | undefined
  /** Id of its server span; default none. */
  spanId?: () => string | undefined
  /** Base of a Jaeger-shaped query API; unset = the page shows no traces. */
  traceQueryUrl?: string | undefined
  /** Where the page's trace link goes; `{traceId}` is replaced. Unset = the page's own view. */
  traceUiUrl?: string | undefined
  controls?: MeshControlsOptions
  /** Honour faults, and a request that asks for a broken trace; default false. */
  faults?: boolean
  /** Makes a request to this very app as it listens; default: none is made. */
  callSelf?: (path: string, headers: Record<string, string>) => Promise<void>
  /** How many requests the dashboard makes itself; default `auto`. */
  traffic?: TrafficRate
  heartbeatMs?: number
  /** Where else the checks of the mesh may look; default: what they can do without. */
  checks?: Pick<CheckOptions, 'bypassUrl' | 'peerInbound'>
}

export interface DashboardApp {
  app: Express
  /** Ends event streams and traffic, so that the server can drain. */
  close: () => void
}

/** The dashboard as an Express app that doesn't listen. */
export function createDashboard(options: DashboardAppOptions): DashboardApp {
  const { counting, upstreamUrl, traceId = none, spanId = none, traceQueryUrl, traceUiUrl, ...rest } = options
  const {
    controls = {},
    checks = {},
    faults = false,
    callSelf = async () => {},
    traffic: rate = 'auto',
    heartbeatMs,
    ...kit
  } = rest
  const upstream = createUpstreamHealth()
  const history = createHistory()
  const watchers = createWatchers({ onFirst: () => traffic.wake() })
  const traffic = createTraffic({
    send: (headers) => callSelf('/api/count', headers),
    initial: { rate, fault: null, propagation: true },
    isWatched: () => watchers.isWatched(),
  })
  const live = createLiveRoutes({ history, traffic, watchers, ...(heartbeatMs !== undefined && { heartbeatMs }) })
  const traces = traceQueryUrl !== undefined
  const count = { counting, upstream, upstreamUrl, history, traceId, spanId, faults, traces, traceUiUrl }
  const app = createServiceApp({
    ...kit,
    routes: (routes) => {
      routes.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false }))
      routes.get('/health/api', (_request, response) => {
        const status = upstream.status()
        response.status(status === 'unhealthy' ? 503 : 200).json({ status, failures: upstream.failures() })
      })
      // Express answers HEAD with a GET route, and a HEAD must not count.
      routes.head('/api/count', methodNotAllowed('GET'))
      routes.get('/api/count', countRoute({ ...count, metrics: kit.metrics, logger: kit.logger }))
      routes.get('/api/config', (_request, response) => {
        response.json({
          hostname: os.hostname(),
          upstream: upstreamUrl,
          traces,
          traceUiUrl: traceUiUrl ?? null,
          controls: controls.url !== undefined,
          bypass: checks.bypassUrl !== undefined,
          faults,
          kubernetes: process.env['KUBERNETES_SERVICE_HOST'] !== undefined,
        })
      })
      routes.get('/api/traces/:traceId', traceQuery(traceQueryUrl))
      routes.use('/api/mesh', meshControls(controls))
      routes.use(
        '/api/checks',
        checksRoute({ upstreamUrl, readUpstream: readCounting, ...checks, ...statusOf(controls) }),
      )
      routes.use('/api/traffic', trafficRoutes({ traffic, faults }))
      routes.use('/api', live.routes)
      routes.all(READ_ONLY, methodNotAllowed('GET', 'HEAD'))
      routes.use(express.static(pageFolder, { redirect: false }))
    },
  })
  return {
    app,
    close: () => {
      traffic.stop()
      live.close()
    },
  }
}

/** The checks' way to the control API, where there is one. */
function statusOf({ url, token }: MeshControlsOptions): Partial<CheckOptions> {
  if (url === undefined) return {}
  return {
    readMeshStatus: () => readMeshStatus({ url, token }),
    meshStatusCommand: `curl -s -H "authorization: Bearer $MESH_CONTROL_TOKEN" ${url}/mesh/status`,
  }
}

const none = (): undefined => undefined

const READ_ONLY = [
  '/api/count',
  '/api/config',
  '/api/traces/:traceId',
  '/api/events',
  '/api/history',
  '/api/requests/:traceId',
  '/health/api',
]

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
