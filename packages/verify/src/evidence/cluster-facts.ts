/** What Kubernetes objects say about the path: only what rules read, so nothing of a user's own values is kept. */
export interface ClusterFacts {
  context: string
  /** Namespace of the target. */
  namespace: string
  /** Pods on the path, that of the target first. */
  pods: PodFacts[]
  /** Services that are called on the path. */
  services: ServiceFacts[]
  istio: IstioFacts | null
  consul: ConsulFacts | null
  /** What files say beyond that, where the objects are read from files; there are no probes then. */
  declared?: DeclaredFacts
}

export interface DeclaredFacts {
  files: number
  /** Documents that are no objects included. */
  objects: number
  /** Of these, those that no finding reads. */
  ignored: number
  /** What each pod stands for: the workload of that template. */
  workloads: Record<ObjectName, { kind: string; name: ObjectName; field: string }>
  /** Calls that environment variables and annotations of workloads name. */
  calls: DeclaredCall[]
  /** Signs that a port speaks HTTP, by Service and number of the port. */
  http: { service: ObjectName; port: number; sign: string }[]
  /** Services whose port has a name that no container has, or whose selector no workload meets. */
  unserved: { service: ObjectName; field: string; seen: string }[]
}

export interface DeclaredCall {
  /** Pod of the caller. */
  caller: ObjectName
  service: ObjectName
  /** Of the Service; null: not named. */
  port: number | null
  /** It is a URL of HTTP. */
  http: boolean
  /** Null: only the host is named. */
  path: string | null
  /** `COUNTING_URL of Deployment shop/dashboard`. */
  at: string
}

/** What a DestinationRule has sidecars speak to a host. */
export interface TlsRuleFacts {
  name: ObjectName
  field: string
  mode: string
  /** Null: all ports. */
  port: number | null
  services: ObjectName[]
}

/** `namespace/name`. */
export type ObjectName = string

export interface PodFacts {
  pod: ObjectName
  /** `cluster.local/ns/NAMESPACE/sa/ACCOUNT` without its trust domain: `ns/NAMESPACE/sa/ACCOUNT`. */
  identity: string
  /** Milliseconds since the epoch; null when it has not started. */
  startedAt: number | null
  ready: boolean
  /** The mesh of its sidecar; null without one. */
  sidecar: 'istio' | 'consul' | null
  /** Its traffic is intercepted by Istio's ambient mode, which needs no sidecar. */
  ambient: boolean
  /** Its app ended and was started again, milliseconds since the epoch of the newest end. */
  crashedAt: number | null
  /** Name of its service in Consul. */
  consulService: string | null
  /** Percentage that its Istio sidecar was injected with; null when none was. */
  injectedSampling: number | null
}

export interface ServiceFacts {
  service: ObjectName
  /** The port that is called; null when it is not known. */
  port: ServicePortFacts | null
  /** Its place in `spec.ports`. */
  portIndex: number
  hasSelector: boolean
  /** Pods that it selects. */
  pods: ObjectName[]
  readyPods: number
}

interface ServicePortFacts {
  name: string | null
  appProtocol: string | null
  port: number
  /** Port of the container. */
  target: number
}

export interface IstioFacts {
  telemetries: TelemetryFacts[]
  meshConfig: MeshConfigFacts | null
  authorizationPolicies: AuthorizationPolicyFacts[]
  peerAuthentications: PeerAuthenticationFacts[]
  /** Of DestinationRules; undefined in evidence of a version that did not read them. */
  tls?: TlsRuleFacts[]
}

/** How narrowly an object is meant: the mesh, a namespace, or selected workloads. */
type Scope = 'mesh' | 'namespace' | 'workload'

interface Scoped {
  name: ObjectName
  scope: Scope
  /** Pods on the path that it is for. */
  pods: ObjectName[]
}

export interface TelemetryFacts extends Scoped {
  tracing: { providers: string[]; sampling: number | null; disabled: boolean }[]
}

export interface MeshConfigFacts {
  name: ObjectName
  /** Names of `extensionProviders`. */
  providers: string[]
  defaultProviders: string[]
  /** `defaultConfig.tracing.sampling`. */
  sampling: number | null
  changedAt: number | null
}

export interface AuthorizationPolicyFacts extends Scoped {
  action: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM'
  rules: AuthorizationRuleFacts[]
}

export interface AuthorizationRuleFacts {
  /** Any of these; empty: any caller. */
  from: { principals: string[] | null; namespaces: string[] | null; other: boolean }[]
  /** Any of these; empty: any request. */
  to: { methods: string[] | null; paths: string[] | null; ports: string[] | null; http: boolean; other: boolean }[]
  /** It has conditions. */
  when: boolean
}

export interface PeerAuthenticationFacts extends Scoped {
  mode: string | null
  ports: Record<string, string>
}

export interface ConsulFacts {
  proxyDefaults: ProxyDefaultsFacts[]
  serviceDefaults: ServiceDefaultsFacts[]
  intentions: IntentionFacts[]
}

interface ServiceDefaultsFacts {
  name: ObjectName
  service: string
  protocol: string | null
  /** `mutualTLSMode`; undefined in evidence of a version that did not read it. */
  mutualTls?: string | null
  syncFailure: string | null
}

export interface ProxyDefaultsFacts {
  name: ObjectName
  protocol: string | null
  /** `mutualTLSMode`; undefined in evidence of a version that did not read it. */
  mutualTls?: string | null
  changedAt: number | null
  /** Keys of `spec.config` that Envoy's configuration is made of, by name. */
  entries: EntryFacts[]
  syncFailure: string | null
}

/** One JSON in text of ProxyDefaults, by its form. */
export interface EntryFacts {
  key: string
  form: 'text' | 'not text' | 'not JSON'
  /** Has `@type` where the entry needs it. */
  typed: boolean
  /** Fields that Envoy's type does not have. */
  unknown: string[]
  /** `random_sampling`, a percentage; null when not set. */
  sampling: number | null
  /** A listener's entry names a tracer of its own. */
  provider?: true
}

export interface IntentionFacts {
  name: ObjectName
  destination: string
  sources: IntentionSourceFacts[]
  /** Why Consul has not taken it; null when it has. */
  syncFailure: string | null
}

export interface IntentionSourceFacts {
  source: string
  action: 'allow' | 'deny' | null
  permissions: IntentionPermissionFacts[]
}

export interface IntentionPermissionFacts {
  action: 'allow' | 'deny'
  pathExact: string | null
  pathPrefix: string | null
  pathRegex: string | null
  methods: string[]
  /** It has conditions on headers. */
  headers: boolean
}
