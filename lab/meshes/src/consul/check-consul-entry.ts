import { invalid, isMap, parseText, requireString } from './entry-values.ts'
import { checkListenerTracing, checkStaticClusters, checkTracer } from './check-tracing.ts'

/** A config entry as `PUT /v1/config` takes it. */
export interface ConsulEntry {
  kind: string
  /** Absent for `mesh`, of which there is one. */
  name?: string
  [field: string]: unknown
}

/** What Consul 1.22 reads of `config`; it takes any other key, and ignores it. */
const configKeys = [
  'protocol',
  'connect_timeout_ms',
  'local_connect_timeout_ms',
  'local_request_timeout_ms',
  'local_idle_timeout_ms',
  'max_inbound_connections',
  'max_request_headers_kb',
  'xds_fetch_timeout_ms',
  'bind_address',
  'bind_port',
  'envoy_tracing_json',
  'envoy_listener_tracing_json',
  'envoy_extra_static_clusters_json',
  'envoy_extra_static_listeners_json',
  'envoy_extra_stats_sinks_json',
  'envoy_stats_config_json',
  'envoy_bootstrap_json_tpl',
  'envoy_public_listener_json',
  'envoy_local_cluster_json',
  'envoy_prometheus_bind_addr',
  'envoy_stats_bind_addr',
  'envoy_statsd_url',
  'envoy_dogstatsd_url',
  'envoy_stats_tags',
  'envoy_stats_flush_interval',
]

/**
 * Refuses what Consul takes without a word and then ignores: all of it is in `proxy-defaults`, whose `config` it doesn't
 * check. A wrong field anywhere else it refuses itself.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID that says what is wrong, where, and how it is written
 */
export function checkConsulEntry(entry: ConsulEntry): void {
  if (entry.kind !== 'proxy-defaults') return
  const where = `proxy-defaults ${entry.name ?? ''}`.trim()
  const { config = {}, accessLogs } = entry as { config?: unknown; accessLogs?: { jsonFormat?: unknown } }
  if (!isMap(config)) throw invalid(where, 'config is no map')
  for (const [key, value] of Object.entries(config)) {
    if (!configKeys.includes(key)) {
      throw invalid(where, `config has "${key}", which Consul ignores${suggestion(key)}`)
    }
    if (key.endsWith('_json') || key.endsWith('_json_tpl')) requireString(value, `${where}: config.${key}`)
  }
  const clusters = checkStaticClusters(config['envoy_extra_static_clusters_json'], where)
  checkTracer(config['envoy_tracing_json'], { where, clusters })
  checkListenerTracing(config['envoy_listener_tracing_json'], { where, clusters })
  if (accessLogs?.jsonFormat !== undefined) parseText(accessLogs.jsonFormat, `${where}: accessLogs.jsonFormat`)
}

function suggestion(key: string): string {
  const alike = configKeys.find((known) => {
    const [one, other] = [letters(known), letters(key)]
    return one === other || one.includes(other) || other.includes(one) || sharedEnds(known, key)
  })
  return alike === undefined ? `; it knows ${configKeys.join(', ')}` : `; did you mean "${alike}"?`
}

/** Its letters alone, in alphabetical order. */
function letters(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .split('')
    .toSorted()
    .join('')
}

/** Whether two names differ in two letters of their middle at most. */
function sharedEnds(one: string, other: string): boolean {
  const length = Math.max(one.length, other.length)
  let start = 0
  while (start < length && one[start] === other[start]) start += 1
  let end = 0
  while (end < length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1
  return start + end >= length - 2
}
