import { serveTraceStore, type TraceStore } from '@throughline/trace-store'
import { httpRequest, LabError, messageOf } from '@throughline/lab-programs'

/** Where the sidecars report their spans. */
export interface SpanReceivers {
  /** OTLP over HTTP: `http://host:4318/v1/traces`. */
  otlpUrl: string
  /** Zipkin v2: `http://host:9411/api/v2/spans`. */
  zipkinUrl: string
  /** A Datadog agent or a compatible backend: `http://host:8126`; default none, as for Jaeger. */
  datadogUrl?: string | undefined
}

/** Addresses of a trace backend that is already running. */
export interface TraceBackendAddresses extends SpanReceivers {
  /** Base of a Jaeger-shaped query API. */
  queryUrl: string
  /** Page of one trace, with `{traceId}` in it; default none. */
  uiUrl?: string | undefined
}

export interface TraceBackend extends TraceBackendAddresses {
  /** The contents of the built-in trace store, for tests; absent for another backend. */
  traceStore?: TraceStore | undefined
  close: () => Promise<void>
}

/**
 * What sidecars send as the Host header to the backend: under Consul its cluster's name in mesh/consul/proxy-defaults,
 * under Istio its service's in mesh/istio/backend. The static Envoys use its address.
 */
const hostNames = ['trace_collector', 'jaeger.throughline.svc.cluster.local']

/** The built-in trace store, or the backend at the given addresses. */
export async function openTraceBackend(
  addresses: TraceBackendAddresses | undefined,
  {
    host,
    allowedHosts = [],
    ...ports
  }: {
    host: string
    allowedHosts?: readonly string[]
    otlp: number
    zipkin: number
    datadog: number
    query: number
  },
): Promise<TraceBackend> {
  if (addresses !== undefined) return { ...addresses, close: async () => {} }
  const served = await serveTraceStore({
    host,
    otlpPort: ports.otlp,
    zipkinPort: ports.zipkin,
    datadogPort: ports.datadog,
    queryPort: ports.query,
    allowedHosts: [...hostNames, ...allowedHosts],
  })
  const { otlpUrl, zipkinUrl, datadogUrl, queryUrl, store } = served
  return { otlpUrl, zipkinUrl, datadogUrl, queryUrl, traceStore: store, close: () => served.close() }
}

/** What a Jaeger without its web pages answers at `/`. */
const PLACEHOLDER = 'not the Jaeger UI'

/**
 * Addresses of a real Jaeger, from that of its query API: OTLP on 4318 and Zipkin on 9411 of the same host unless
 * given. It has a page only where it was built with one.
 *
 * @throws LabError TL_TRACE_BACKEND_INVALID, TL_TRACE_BACKEND_UNREACHABLE
 */
export async function findJaeger(
  queryUrl: string,
  options: { otlpUrl?: string | undefined; zipkinUrl?: string | undefined } = {},
): Promise<TraceBackendAddresses> {
  const { origin, hostname } = parseHttpUrl(queryUrl)
  let page: string
  try {
    page = (await httpRequest(`${origin}/`, { timeoutMs: 3000 })).body
  } catch (error) {
    throw new LabError('TL_TRACE_BACKEND_UNREACHABLE', `no Jaeger answers at ${origin}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return {
    queryUrl: origin,
    otlpUrl: withPath(options.otlpUrl ?? `http://${hostname}:4318`, '/v1/traces'),
    zipkinUrl: withPath(options.zipkinUrl ?? `http://${hostname}:9411`, '/api/v2/spans'),
    uiUrl: page.includes(PLACEHOLDER) ? undefined : `${origin}/trace/{traceId}`,
  }
}

function withPath(text: string, defaultPath: string): string {
  const url = parseHttpUrl(text)
  return url.pathname === '/' ? `${url.origin}${defaultPath}` : url.href
}

/** The sidecars report in plain HTTP. */
function parseHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:') {
    throw new LabError('TL_TRACE_BACKEND_INVALID', `"${text}" is not the http:// address of a trace backend`)
  }
  return url
}
