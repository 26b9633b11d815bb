import { isRecord } from '@throughline/trace-store'
import { checkListenerTracing, checkStaticClusters, checkTracer } from './check-tracing.ts'
import type { ConsulEntry } from './consul-entry.ts'
import { invalid, parseText, requireString } from './entry-values.ts'

/** The keys of `config` that Consul 1.22 reads; it accepts any other key and ignores it. */
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
 * Refuses what Consul accepts silently and then ignores. All of it is in `proxy-defaults`, whose `config` Consul
 * doesn't check; everywhere else Consul itself refuses an unknown field.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID that says what is wrong, where, and how to write it
 */
export function checkConsulEntry(entry: ConsulEntry): void {
  if (entry.kind !== 'proxy-defaults') return
  const where = `proxy-defaults ${entry.name ?? ''}`.trim()
  const { config = {}, accessLogs } = entry as { config?: unknown; accessLogs?: { jsonFormat?: unknown } }
  if (!isRecord(config)) throw invalid(where, 'config is not a map')
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
    const [knownLetters, keyLetters] = [letters(known), letters(key)]
    return knownLetters.includes(keyLetters) || keyLetters.includes(knownLetters) || sharedEnds(known, key)
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

/** Whether two names differ in at most two letters of their middle. */
function sharedEnds(a: string, b: string): boolean {
  const length = Math.max(a.length, b.length)
  let start = 0
  while (start < length && a[start] === b[start]) start += 1
  let end = 0
  while (end < length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  return start + end >= length - 2
}
