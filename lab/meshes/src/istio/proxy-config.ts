import { httpRequest } from '@throughline/lab-programs'
import type { Tracer } from '../mesh.ts'
import type { Json } from '@throughline/lab-kube-api'
import { isRecord } from '@throughline/trace-store'
import { type DumpNode, nodesIn, percentageOf, readConfigDump } from '../sidecar/config-dump.ts'
import type { IstioState } from './istio-settings.ts'

const COUNTING_CLUSTER = /^outbound\|\d+\|\|counting\./

/** What an Envoy is configured to do, read from its own dump. */
export interface ProxyConfig {
  /** The AuthorizationPolicies that it enforces inbound, by name, in alphabetical order. */
  policies: string[]
  /** Whether it accepts inbound plain text for its app. */
  plainText: boolean
  /** The tracers of its listeners, each once. */
  tracers: Tracer[]
  /** Percentages of random sampling of the listeners that trace, each once. */
  samplings: number[]
  /** The TLS that it uses towards counting; undefined without a cluster for it. */
  clientTls: IstioState['client-tls'] | undefined
  /** Whether it has a healthy counting endpoint, which istiod sends some time after the cluster. */
  hasHealthyCounting: boolean
}

interface Listener extends DumpNode {
  traffic_direction: string
  filter_chains: DumpNode[]
}

interface Cluster extends DumpNode {
  name: string
}

/**
 * @param port that the sidecar accepts for its app
 * @throws when the admin address doesn't answer
 */
export async function readProxyConfig(adminUrl: string, port: number): Promise<ProxyConfig> {
  const [listeners, clusters, hosts] = await Promise.all([
    readConfigDump<{ active_state?: { listener?: Listener } }>(adminUrl, 'dynamic_listeners'),
    readConfigDump<{ cluster?: Cluster }>(adminUrl, 'dynamic_active_clusters'),
    httpRequest(`${adminUrl}/clusters`),
  ])
  return parseProxyConfig({
    listeners: listeners.flatMap(({ active_state }) => active_state?.listener ?? []),
    clusters: clusters.flatMap(({ cluster }) => cluster ?? []),
    hosts: hosts.body,
    port,
  })
}

/** @param dump `hosts` is the answer of `/clusters`, a line for each fact about each host */
function parseProxyConfig(dump: {
  listeners: Listener[]
  clusters: Cluster[]
  hosts: string
  port: number
}): ProxyConfig {
  const { listeners, clusters, hosts, port } = dump
  const inbound = listeners.filter(({ traffic_direction }) => traffic_direction === 'INBOUND')
  const ofApp = inbound
    .flatMap(({ filter_chains }) => filter_chains)
    .filter(({ filter_chain_match: match }) => isRecord(match) && match['destination_port'] === port)
  const managers = listeners.flatMap((listener) => [...nodesIn(listener)]).filter((node) => 'http_filters' in node)
  const tracing = managers.flatMap(({ tracing: settings }) => (isRecord(settings) ? [settings] : []))
  const toCounting = clusters.find(({ name }) => COUNTING_CLUSTER.test(name))
  return {
    policies: policiesIn(ofApp),
    plainText: ofApp.some((chain) => !('transport_socket' in chain)),
    tracers: unique(managers.map(({ tracing: settings }) => tracerOf(settings))),
    samplings: unique(tracing.map((settings) => percentageOf(settings['random_sampling']))),
    clientTls: toCounting && clientTlsOf(toCounting),
    hasHealthyCounting: hosts
      .split('\n')
      .some((line) => COUNTING_CLUSTER.test(line) && line.endsWith('::health_flags::healthy')),
  }
}

function policiesIn(chains: DumpNode[]): string[] {
  return unique(Array.from(JSON.stringify(chains).matchAll(/-policy\[([^[\]]+)\]-rule/g), ([, name = '']) => name))
}

function tracerOf(tracing: Json | undefined): Tracer {
  const provider = isRecord(tracing) ? tracing['provider'] : undefined
  const config = isRecord(provider) ? provider['typed_config'] : undefined
  if (!isRecord(config)) return 'none'
  if (config['@type'] === 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig') return 'opentelemetry'
  return config['trace_context_option'] === 'USE_B3_WITH_W3C_PROPAGATION' ? 'zipkin-w3c' : 'zipkin'
}

function clientTlsOf(cluster: Cluster): IstioState['client-tls'] {
  // By endpoint: mutual TLS for those that announce it.
  if ('transport_socket_matches' in cluster) return 'auto'
  return 'transport_socket' in cluster ? 'mutual' : 'disable'
}

function unique<Value extends string | number>(values: Iterable<Value>): Value[] {
  return [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1))
}
