import { demoPorts } from '@throughline/lab-programs'

export interface ServiceAddresses {
  /** Where the dashboard calls counting. */
  upstreamUrl: string
  /** OTLP over HTTP: `http://host:port/v1/traces`. */
  otlpUrl: string
  /** Zipkin v2: `http://host:port/api/v2/spans`. */
  zipkinUrl: string
  queryUrl: string
  uiUrl?: string
  /** Counting's own address, bypassing its sidecar; absent when that is a socket, or there is no sidecar. */
  bypassUrl?: string
  /** `host:port` of counting's inbound sidecar; absent without a mesh. */
  peerInbound?: string
  /** Absent without a mesh: the page then has no switches. */
  control?: { url: string; token: string }
}

/** What the lab tells both services by environment; each takes what it knows. Spans go straight to the backend. */
export function serviceEnvironment(addresses: ServiceAddresses): Record<string, string> {
  const { upstreamUrl, otlpUrl, zipkinUrl, queryUrl, uiUrl, bypassUrl, peerInbound, control } = addresses
  return {
    COUNTING_SERVICE_URL: upstreamUrl,
    TRACE_QUERY_URL: queryUrl,
    ...(uiUrl !== undefined && { TRACE_UI_URL: uiUrl }),
    ...(bypassUrl !== undefined && { COUNTING_BYPASS_URL: bypassUrl }),
    ...(peerInbound !== undefined && { PEER_INBOUND: peerInbound }),
    ...(control && { MESH_CONTROL_URL: control.url, MESH_CONTROL_TOKEN: control.token }),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl,
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: zipkinUrl,
    // The page shows a trace as soon as it is there; the default holds spans back for five seconds.
    OTEL_BSP_SCHEDULE_DELAY: '200',
    // Istio's sidecars pass on what is addressed to the services by name.
    ALLOWED_HOSTS: 'counting,dashboard',
    // Only the lab routes to these processes: there is no endpoint list to wait for.
    DRAIN_DELAY_MS: '0',
  }
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
