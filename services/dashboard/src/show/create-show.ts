import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { methodNotAllowed } from '@throughline/service-kit'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { type CheckOptions, readMeshStatus } from 'throughline'
import type { CountRouteOptions } from '../count-route.ts'
import type { MeshControlsOptions } from '../mesh-controls.ts'
import { checksRoute } from './checks-route.ts'
import { findingPages } from './finding-pages.ts'
import { findingsRoute } from './findings-route.ts'
import { createHistory } from './history.ts'
import { createLiveRoutes } from './live-routes.ts'
import { observeRequests } from './observe-requests.ts'
import { pageFolder } from '../page-folder.ts'
import { guidesFolder } from './guides-folder.ts'
import { readCounting } from './read-counting.ts'
import { createTraffic } from './traffic.ts'
import { trafficRoutes } from './traffic-routes.ts'
import type { TrafficRate } from './traffic-settings.ts'
import { createWatchers } from './watchers.ts'

export interface ShowOptions {
  /** Address of counting, as the dashboard calls it, for the page to show. */
  upstreamUrl: string
  /** Trace id of the request being served; default none. */
  traceId?: (() => string | undefined) | undefined
  /** Id of its server span; default none. */
  spanId?: (() => string | undefined) | undefined
  /** Base of a Jaeger-shaped query API; default none: there are no traces and no findings. */
  traceQueryUrl?: string | undefined
  /** Where the page's trace link goes; `{traceId}` is replaced. Unset = the page's own view. */
  traceUiUrl?: string | undefined
  controls?: MeshControlsOptions
  /** Whether the dashboard reports spans; default true. */
  appSpans?: boolean
  /** Another service takes the place of counting; default false. */
  ownService?: boolean
  /** Honour faults and requests for a broken trace; default false. */
  faults?: boolean
  /** Makes a request to this app as it listens; default: no request is made. */
  callSelf?: (path: string, headers: Record<string, string>) => Promise<void>
  /** `http://host:port` of this app for a caller on this machine; undefined before it listens, or on a socket. */
  ownUrl?: () => string | undefined
  /**
   * The requests that the page shows to everyone: `all`, the default, or the dashboard's `own`, which hold no
   * visitor's headers.
   */
  history?: 'all' | 'own'
  /** How many requests the dashboard makes itself; default `auto`. */
  traffic?: TrafficRate
  /** Default 5 s. */
  heartbeatMs?: number | undefined
  /** Further addresses for the checks of the mesh; default: only the upstream. */
  checks?: Pick<CheckOptions, 'bypassUrl' | 'peerInbound'>
}

export interface Show {
  /** Observes the requests, which is the show's only source. */
  observe: NonNullable<CountRouteOptions['observe']>
  /** Adds the page and its API. */
  addRoutes: (app: Express) => void
  /** Ends event streams and traffic, so that the server can drain. */
  close: () => void
}

/** What a demo adds to the dashboard: the page, live events, traffic, faults, and checks of the mesh. */
export function createShow(options: ShowOptions): Show {
  const { upstreamUrl, traceId, spanId, traceQueryUrl, traceUiUrl, controls = {}, checks = {} } = options
  const { faults = false, callSelf = async () => {}, traffic: rate = 'auto', heartbeatMs } = options
  const traces = traceQueryUrl !== undefined
  const history = createHistory()
  // No one else knows it.
  const ownMark = randomUUID()
  const watchers = createWatchers({ onFirst: () => traffic.wake() })
  const traffic = createTraffic({
    send: (headers) => callSelf('/api/count', { ...headers, [OWN_REQUEST]: ownMark }),
    initial: { rate, fault: null, propagation: true },
    isWatched: () => watchers.isWatched(),
  })
  const live = createLiveRoutes({ history, traffic, watchers, heartbeatMs })
  return {
    observe: observeRequests({
      history,
      isKept: (request) =>
        !isProbe(request.get('user-agent')) && (options.history !== 'own' || request.get(OWN_REQUEST) === ownMark),
      upstreamUrl,
      traceId,
      spanId,
      faults,
      traces,
      traceUiUrl,
      appSpans: options.appSpans ?? true,
    }),
    addRoutes: (app) => {
      app.get('/api/config', (_request, response) => {
        response.json({
          hostname: os.hostname(),
          upstream: upstreamUrl,
          traces,
          traceUiUrl: traceUiUrl ?? null,
          controls: controls.url !== undefined,
          bypass: checks.bypassUrl !== undefined,
          faults,
          ownService: options.ownService ?? false,
          kubernetes: process.env['KUBERNETES_SERVICE_HOST'] !== undefined,
        })
      })
      app.use(
        '/api/checks',
        checksRoute((request) => ({
          upstreamUrl,
          readUpstream: readCounting,
          ...checks,
          ...statusOf(controls, request),
        })),
      )
      app.use('/api/findings', findingsRoute({ traceQueryUrl, ownUrl: options.ownUrl }))
      app.use('/api/traffic', trafficRoutes({ traffic, faults }))
      app.use('/api', live.routes)
      app.all(READ_ONLY, methodNotAllowed('GET', 'HEAD'))
      app.use('/guides', serveGuides)
      app.use('/findings', findingPages())
      app.use(servePage)
    },
    close: () => {
      traffic.stop()
      live.close()
    },
  }
}

/** The doctor's requests are not the viewer's. */
const isProbe = (userAgent = ''): boolean => userAgent.startsWith('throughline-verify/')

/** Marks a request that the dashboard makes itself. */
const OWN_REQUEST = 'x-throughline-own'

const files = express.static(pageFolder, { redirect: false })

/** The guides as Markdown, which is readable as plain text. */
const serveGuides = express.static(guidesFolder, {
  index: false,
  redirect: false,
  setHeaders: (response) => void response.setHeader('content-type', 'text/plain; charset=utf-8'),
})

/** Tests are beside the files they test; a browser does not need them. */
const servePage: RequestHandler = (request, response, next) =>
  request.path.endsWith('.ts') ? next() : files(request, response, next)

const READ_ONLY = ['/api/config', '/api/events', '/api/history', '/api/requests/:traceId']

/** The checks' way to the control API, where there is one. */
function statusOf({ url, token }: MeshControlsOptions, request: Request): Partial<CheckOptions> {
  if (url === undefined) return {}
  const host = request.get('host') ?? ''
  return {
    readMeshStatus: () => readMeshStatus({ url, token }),
    // The dashboard holds the token, so the command goes through it; a host is what the caller says, so it is checked.
    ...(/^[\w.:[\]-]{1,260}$/.test(host) && { meshStatusCommand: `curl -s http://${host}/api/mesh/status` }),
  }
}
