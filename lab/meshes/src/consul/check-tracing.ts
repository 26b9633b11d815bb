import { isRecord } from '@throughline/trace-store'
import { invalid, parseText } from './entry-values.ts'

const TRACING_TYPE =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing'

const tracingFields = [
  '@type',
  'client_sampling',
  'random_sampling',
  'overall_sampling',
  'verbose',
  'max_path_tag_length',
  'custom_tags',
  'provider',
  'spawn_upstream_span',
]

interface Context {
  where: string
  /** Names of the static clusters of the same entry. */
  clusters: string[]
}

/** Names of the clusters that the setting adds to a bootstrap. */
export function checkStaticClusters(value: unknown, entry: string): string[] {
  if (value === undefined) return []
  const where = `${entry}: config.envoy_extra_static_clusters_json`
  return (parseText(value, where, 'list') as unknown[]).map((cluster) => {
    const name = isRecord(cluster) ? cluster['name'] : undefined
    if (typeof name !== 'string' || name === '') throw invalid(where, 'has a cluster without a name')
    return name
  })
}

/** The tracer of the bootstrap. */
export function checkTracer(value: unknown, { where: entry, clusters }: Context): void {
  if (value === undefined) return
  const where = `${entry}: config.envoy_tracing_json`
  const tracing = parseText(value, where)
  const provider = isRecord(tracing) ? tracing['http'] : undefined
  if (!isRecord(provider)) throw invalid(where, 'has no "http", the key of the tracer')
  checkProvider(provider, { where: `${where}, http`, clusters })
}

/** What Consul puts into each listener: any message but this one switches tracing off. */
export function checkListenerTracing(value: unknown, { where: entry, clusters }: Context): void {
  if (value === undefined) return
  const where = `${entry}: config.envoy_listener_tracing_json`
  const tracing = parseText(value, where)
  if (!isRecord(tracing)) throw invalid(where, 'is not a map')
  if (tracing['@type'] !== TRACING_TYPE) {
    const found = tracing['@type'] === undefined ? 'no "@type"' : `the "@type" ${JSON.stringify(tracing['@type'])}`
    throw invalid(where, `has ${found}, and is ignored as a whole; it must be "${TRACING_TYPE}"`)
  }
  for (const [field, content] of Object.entries(tracing)) {
    const name = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    if (!tracingFields.includes(name)) {
      throw invalid(where, `has "${field}", and is ignored as a whole; it may have ${tracingFields.join(', ')}`)
    }
    if (name.endsWith('_sampling')) checkPercent(content, `${where}, ${field}`)
    if (name === 'provider') checkProvider(content, { where: `${where}, provider`, clusters })
  }
}

function checkPercent(content: unknown, where: string): void {
  const isPercent =
    isRecord(content) &&
    Object.keys(content).every((key) => key === 'value') &&
    typeof content['value'] === 'number' &&
    content['value'] >= 0 &&
    content['value'] <= 100
  if (!isPercent) {
    const found = JSON.stringify(content)
    throw invalid(where, `is ${found}, so nothing is traced; a percentage is {"value": 0 to 100}`)
  }
}

function checkProvider(provider: unknown, { where, clusters }: Context): void {
  const config = isRecord(provider) ? provider['typed_config'] : undefined
  if (!isRecord(config) || typeof config['@type'] !== 'string') {
    throw invalid(where, 'has no "typed_config" with an "@type", and a sidecar that starts with it opens no listener')
  }
  const [cluster] = findClusters(config)
  if (cluster !== undefined && !clusters.includes(cluster)) {
    throw invalid(
      where,
      `reports to the cluster "${cluster}", which is not in config.envoy_extra_static_clusters_json: Envoy refuses the listeners`,
    )
  }
}

/** Where a tracer sends its spans: each kind of tracer names its cluster under another key. */
function findClusters(config: Record<string, unknown>): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (isRecord(value)) return findClusters(value)
    return ['collector_cluster', 'cluster', 'cluster_name'].includes(key) && typeof value === 'string' ? [value] : []
  })
}
