import { isRecord } from '@throughline/trace-store'
import type { EnvoyFacts, HttpFilterFacts, ListenerFacts } from '../evidence/envoy-facts.ts'
import { type BackendAccess, fetchJson } from './fetch-json.ts'
import { BackendError } from './trace-backend.ts'
import { withoutCredentials } from './without-credentials.ts'
import { trimSlashes } from './trim-slashes.ts'
import { parseText } from './wire.ts'

/**
 * Reads an Envoy's admin interface: which listeners trace, what it refused, whether its spans arrive. Whole dumps stay
 * in memory; only these facts are returned.
 *
 * @throws BackendError when it can't be read
 */
export async function readEnvoy(url: string): Promise<EnvoyFacts> {
  const access = withoutCredentials({ url: trimSlashes(url), headers: {} })
  const info = await fetchJson(access, '/server_info')
  const node = isRecord(info) && isRecord(info['node']) ? parseText(info['node']['id'], 200) : null
  const tracer = await readBootstrapTracer(access)
  const listeners = [
    ...dynamicListeners(await fetchJson(access, '/config_dump?resource=dynamic_listeners'), tracer),
    ...staticListeners(await fetchJson(access, '/config_dump?resource=static_listeners'), tracer),
  ]
  const tracing = listeners.flatMap(({ collectors }) => collectors)
  const stats = readStats(await fetchJson(access, '/stats?format=json&filter=update_rejected|rbac.*denied'))
  return {
    node: node ?? access.url,
    version: isRecord(info) ? (/\/(\d+\.\d+\.\d+)/.exec(String(info['version']))?.[1] ?? null) : null,
    listeners: listeners.map(({ facts }) => facts),
    collectors: readCollectors(await fetchJson(access, '/clusters?format=json'), new Set(tracing)),
    listenerUpdatesRejected: stats.find(([name]) => name === 'listener_manager.lds.update_rejected')?.[1] ?? 0,
    rbacDenied: stats
      .filter(([name]) => name.includes('rbac.') && name.endsWith('.denied'))
      .reduce((sum, [, value]) => sum + value, 0),
  }
}

interface ReadListener {
  facts: ListenerFacts
  /** Clusters that its tracers send spans to. */
  collectors: string[]
}

/**
 * The tracer of the bootstrap, where Consul puts it: that of each listener which traces and names none. Empty without one,
 * and for an Envoy that does not tell.
 */
async function readBootstrapTracer(access: BackendAccess): Promise<Record<string, unknown>> {
  const dump = await fetchJson(access, '/config_dump?mask=bootstrap.tracing').catch((error: unknown) => {
    if (error instanceof BackendError) return undefined
    throw error
  })
  const bootstraps = configs(dump).map(({ bootstrap }) => record(record(record(bootstrap)['tracing'])['http']))
  return bootstraps.find((tracer) => 'name' in tracer) ?? {}
}

function dynamicListeners(dump: unknown, tracer: Record<string, unknown>): ReadListener[] {
  return configs(dump).map((entry) => {
    const state = record(entry['active_state'] ?? entry['warming_state'] ?? entry['draining_state'])
    const error = record(entry['error_state'])['details']
    const facts = { name: parseText(entry['name'], 100), error: parseText(error, 300) }
    return readListener(record(state['listener']), tracer, facts)
  })
}

const staticListeners = (dump: unknown, tracer: Record<string, unknown>): ReadListener[] =>
  configs(dump).map((entry) => readListener(record(entry['listener']), tracer, { name: null, error: null }))

function readListener(
  listener: Record<string, unknown>,
  tracer: Record<string, unknown>,
  { name, error }: { name: string | null; error: string | null },
): ReadListener {
  const chains = [...list(listener['filter_chains']), record(listener['default_filter_chain'])]
  const filters = chains.flatMap((chain) => list(chain['filters']))
  const managers = filters
    .map((filter) => record(filter['typed_config']))
    .filter((config) => String(config['@type']).endsWith('.HttpConnectionManager'))
  const http = managers.map(({ tracing }) => readTracing(record(tracing), isRecord(tracing) ? tracer : {}))
  const direction = String(listener['traffic_direction'])
  return {
    facts: {
      name: name ?? parseText(listener['name'], 100) ?? 'unnamed listener',
      direction: direction === 'INBOUND' ? 'inbound' : direction === 'OUTBOUND' ? 'outbound' : null,
      http: http.map(({ facts }) => facts),
      ports: direction === 'INBOUND' ? chains.flatMap(readPort) : [],
      tcp: filters.some((filter) => String(record(filter['typed_config'])['@type']).endsWith('.TcpProxy')),
      error,
    },
    collectors: http.flatMap(({ collector }) => (collector === null ? [] : [collector])),
  }
}

function readPort(chain: Record<string, unknown>): ListenerFacts['ports'] {
  const port = record(chain['filter_chain_match'])['destination_port']
  if (typeof port !== 'number') return []
  return [{ port, tls: isRecord(chain['transport_socket']), http: list(chain['filters']).some(isHttpManager) }]
}

const isHttpManager = (filter: Record<string, unknown>): boolean =>
  String(record(filter['typed_config'])['@type']).endsWith('.HttpConnectionManager')

function readTracing(
  tracing: Record<string, unknown>,
  inherited: Record<string, unknown>,
): { facts: HttpFilterFacts; collector: string | null } {
  const provider = isRecord(tracing['provider']) ? tracing['provider'] : inherited
  const config = record(provider['typed_config'])
  const sampling = record(tracing['random_sampling'])
  const collector =
    config['collector_cluster'] ??
    record(record(config['http_service'])['http_uri'])['cluster'] ??
    record(record(config['grpc_service'])['envoy_grpc'])['cluster_name']
  const value = sampling['value']
  return {
    facts: {
      tracer: parseText(provider['name'], 100),
      // JSON omits a percentage of 0, but not its field.
      randomSampling: 'random_sampling' in tracing ? Number(value ?? 0) : null,
    },
    collector: parseText(collector, 200),
  }
}

function readCollectors(body: unknown, names: ReadonlySet<string>): EnvoyFacts['collectors'] {
  return list(record(body)['cluster_statuses'])
    .filter((cluster) => names.has(String(cluster['name'])))
    .flatMap((cluster) =>
      list(cluster['host_statuses']).map((host) => {
        const stats = new Map(list(host['stats']).map((stat) => [stat['name'], Number(stat['value'] ?? 0)]))
        const address = record(record(host['address'])['socket_address'])
        return {
          cluster: parseText(cluster['name'], 200) ?? '',
          address: `${parseText(address['address'], 200) ?? '?'}:${Number(address['port_value'] ?? 0)}`,
          success: stats.get('rq_success') ?? 0,
          errors: (stats.get('rq_error') ?? 0) + (stats.get('rq_timeout') ?? 0),
          connectFailures: stats.get('cx_connect_fail') ?? 0,
        }
      }),
    )
}

function readStats(body: unknown): [name: string, value: number][] {
  return list(record(body)['stats']).map((stat) => [String(stat['name']), Number(stat['value'] ?? 0)])
}

const configs = (dump: unknown): Record<string, unknown>[] => list(record(dump)['configs'])
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : [])
