/** The facts that one Envoy reports on its admin interface. */
export interface EnvoyFacts {
  /** `node.id` of its bootstrap. */
  node: string
  version: string | null
  listeners: ListenerFacts[]
  collectors: CollectorFacts[]
  /** Updates of listeners that it refused since it started. */
  listenerUpdatesRejected: number
  /** Requests that its access rules denied. */
  rbacDenied: number
}

export interface ListenerFacts {
  name: string
  direction: 'inbound' | 'outbound' | null
  /** HTTP filter chains, and how each traces. */
  http: HttpFilterFacts[]
  /** Ports of an inbound listener, as far as its filter chains tell them apart. */
  ports: InboundPortFacts[]
  /** Forwards bytes without reading HTTP. */
  tcp: boolean
  /** Why the newest update of it was refused; null if none was. */
  error: string | null
}

/** One filter chain of an inbound listener. */
interface InboundPortFacts {
  port: number
  tls: boolean
  http: boolean
}

export interface HttpFilterFacts {
  /** `envoy.tracers.zipkin`, its own or that of the bootstrap; null without tracing, or where neither names one. */
  tracer: string | null
  /** Percentage; null when not set, which Envoy reads as 100. */
  randomSampling: number | null
}

/** The state of the export of spans to one host. */
interface CollectorFacts {
  cluster: string
  address: string
  success: number
  errors: number
  connectFailures: number
}
