import { serviceNames } from '@throughline/lab-meshes'
import { definedEnvironment, demoPorts } from '@throughline/lab-programs'

export interface ServiceAddresses {
  /** Where the dashboard calls counting. */
  upstreamUrl: string
  /** OTLP over HTTP: `http://host:port/v1/traces`. */
  otlpUrl: string
  /** Zipkin v2: `http://host:port/api/v2/spans`. */
  zipkinUrl: string
  queryUrl: string
  uiUrl?: string | undefined
  /** Counting's own address, bypassing its sidecar; absent for a socket, or without a sidecar. */
  bypassUrl?: string | undefined
  /** `host:port` of counting's inbound sidecar; absent without a mesh. */
  peerInbound?: string | undefined
  /** More names that a `Host` header may have. */
  allowedHosts?: readonly string[] | undefined
  /** Absent without a mesh: the page then has no switches. */
  control?: { url: string; token: string } | undefined
}

/** The environment of both services; each reads its part. Spans go straight to the backend. */
export function serviceEnvironment(addresses: ServiceAddresses): Record<string, string> {
  const {
    upstreamUrl,
    otlpUrl,
    zipkinUrl,
    queryUrl,
    uiUrl,
    bypassUrl,
    peerInbound,
    control,
    allowedHosts = [],
  } = addresses
  return definedEnvironment({
    COUNTING_SERVICE_URL: upstreamUrl,
    TRACE_QUERY_URL: queryUrl,
    TRACE_UI_URL: uiUrl,
    COUNTING_BYPASS_URL: bypassUrl,
    PEER_INBOUND: peerInbound,
    MESH_CONTROL_URL: control?.url,
    MESH_CONTROL_TOKEN: control?.token,
    // In network namespaces the pods call each other by name.
    ALLOWED_HOSTS: [
      ...serviceNames.flatMap((name) => [name, `${name}.throughline.svc.cluster.local`]),
      ...allowedHosts,
    ].join(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl,
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: zipkinUrl,
    // The page shows a trace as soon as it arrives; by default spans are delayed by up to five seconds.
    OTEL_BSP_SCHEDULE_DELAY: '200',
    // Only the lab routes to these processes: there is no endpoint list to wait for.
    DRAIN_DELAY_MS: '0',
    // Ctrl-C does not wait long for a slow client.
    DRAIN_TIMEOUT_MS: '2000',
  })
}

/** Environment of the dashboard: any answer counts, and a service that others wrote may take its time. */
export const callsOwnService = { COUNTING_ANSWER: 'any', UPSTREAM_TIMEOUT_MS: '10000' }

/** The part for a service whose environment a chart decides: the lab's own values, and no shutdown delays. */
export function labOnlyEnv(env: Record<string, string>): Record<string, string> {
  const names = [
    'MESH_CONTROL_URL',
    'MESH_CONTROL_TOKEN',
    'PEER_INBOUND',
    'OTEL_BSP_SCHEDULE_DELAY',
    'DRAIN_DELAY_MS',
    'DRAIN_TIMEOUT_MS',
  ]
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)))
}

/**
 * Milliseconds that a service with this environment takes at most until its requests have ended; its own defaults
 * apply.
 */
export function drainMs({ DRAIN_DELAY_MS = '0', DRAIN_TIMEOUT_MS = '10000' }: Record<string, string>): number {
  return Number(DRAIN_DELAY_MS) + Number(DRAIN_TIMEOUT_MS)
}

/** The same for services that are started by hand beside `throughline dev`, on the demo's ports. */
export function devEnvironment(controlToken: string): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    ...serviceEnvironment({
      upstreamUrl: at(demoPorts.outbound),
      otlpUrl: `${at(demoPorts.otlp)}/v1/traces`,
      zipkinUrl: `${at(demoPorts.zipkin)}/api/v2/spans`,
      queryUrl: at(demoPorts.query),
      bypassUrl: at(demoPorts.counting),
      peerInbound: `127.0.0.1:${demoPorts.inbound}`,
      control: { url: at(demoPorts.control), token: controlToken },
    }),
  }
}

function at(port: number): string {
  return `http://127.0.0.1:${port}`
}
