import { httpGet } from '../../http-get.ts'
import type { Tracer } from '../../mesh.ts'
import type { IstioState } from './istio-settings.ts'

/** What an Envoy does at the moment, read from its own dump of its configuration. */
export interface ProxyConfig {
  /** The AuthorizationPolicies it asks on the way in, by name, in alphabetical order. */
  policies: string[]
  /** Whether it takes plain text on the way in to its app. */
  plainText: boolean
  /** How its listeners trace: one answer when all of them do the same. */
  tracers: Tracer[]
  /** Percentages of random sampling of the listeners that trace, each once. */
  samplings: number[]
  /** What it does on the way to counting; undefined when it knows no way. */
  clientTls: IstioState['client-tls'] | undefined
  /** Whether it knows where counting is: istiod tells that some time after the cluster. */
  knowsCounting: boolean
}

type Json = string | number | boolean | null | Json[] | Node
interface Node {
  [key: string]: Json
}

interface Dump {
  configs?: { active_state?: { listener?: Listener }; cluster?: Cluster }[]
}

interface Listener extends Node {
  traffic_direction: string
  filter_chains: Node[]
}

interface Cluster extends Node {
  name: string
}

/**
 * @param port that the sidecar takes for its app
 * @throws when the admin address doesn't answer
 */
export async function readProxyConfig(adminUrl: string, port: number): Promise<ProxyConfig> {
  const [listeners, clusters, hosts] = await Promise.all([
    dump(adminUrl, 'dynamic_listeners'),
    dump(adminUrl, 'dynamic_active_clusters'),
    httpGet(`${adminUrl}/clusters`),
  ])
  return parseProxyConfig({
    listeners: listeners.flatMap(({ active_state }) => active_state?.listener ?? []),
    clusters: clusters.flatMap(({ cluster }) => cluster ?? []),
    hosts: hosts.body,
    port,
  })
}

async function dump(adminUrl: string, resource: string): Promise<NonNullable<Dump['configs']>> {
  const { body } = await httpGet(`${adminUrl}/config_dump?resource=${resource}`)
  return (JSON.parse(body) as Dump).configs ?? []
}

/** @param dumped `hosts` is what `/clusters` says, a line for each fact about each host */
function parseProxyConfig(dumped: {
  listeners: Listener[]
  clusters: Cluster[]
  hosts: string
  port: number
}): ProxyConfig {
  const { listeners, clusters, hosts, port } = dumped
  const inbound = listeners.filter(({ traffic_direction }) => traffic_direction === 'INBOUND')
  const ofApp = inbound
    .flatMap(({ filter_chains }) => filter_chains)
    .filter(({ filter_chain_match: match }) => isNode(match) && match['destination_port'] === port)
  const managers = listeners.flatMap((listener) => [...nodesIn(listener)]).filter((node) => 'http_filters' in node)
  const tracing = managers.map(({ tracing: settings }) => settings).filter(isNode)
  const toCounting = clusters.find(({ name }) => /^outbound\|\d+\|\|counting\./.test(name))
  return {
    policies: policiesIn(ofApp),
    plainText: ofApp.some((chain) => !('transport_socket' in chain)),
    tracers: unique(managers.map(({ tracing: settings }) => tracerOf(settings))),
    samplings: unique(tracing.map((settings) => percentageOf(settings['random_sampling']))),
    clientTls: toCounting && clientTlsOf(toCounting),
    knowsCounting: /^outbound\|\d+\|\|counting\..*::health_flags::healthy$/m.test(hosts),
  }
}

function policiesIn(chains: Node[]): string[] {
  return unique(Array.from(JSON.stringify(chains).matchAll(/-policy\[([^\]]+)\]-rule/g), ([, name = '']) => name))
}

function tracerOf(tracing: Json | undefined): Tracer {
  const provider = isNode(tracing) ? tracing['provider'] : undefined
  const config = isNode(provider) ? provider['typed_config'] : undefined
  if (!isNode(config)) return 'none'
  if (config['@type'] === 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig') return 'opentelemetry'
  return config['trace_context_option'] === 'USE_B3_WITH_W3C_PROPAGATION' ? 'zipkin-w3c' : 'zipkin'
}

/** Envoy leaves out what is zero. */
function percentageOf(value: Json | undefined): number {
  return isNode(value) ? Number(value['value'] ?? 0) : 0
}

function clientTlsOf(cluster: Cluster): IstioState['client-tls'] {
  // By endpoint: mutual TLS for those that say they take it.
  if ('transport_socket_matches' in cluster) return 'auto'
  return 'transport_socket' in cluster ? 'mutual' : 'disable'
}

function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function* nodesIn(value: Json): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* nodesIn(one)
  if (!isNode(value)) return
  yield value
  for (const one of Object.values(value)) yield* nodesIn(one)
}

function unique<Value extends string | number>(values: Iterable<Value>): Value[] {
  return [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1))
}
