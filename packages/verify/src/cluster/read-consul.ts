import type {
  ConsulFacts,
  EntryFacts,
  IntentionFacts,
  IntentionPermissionFacts,
  ProxyDefaultsFacts,
} from '../evidence/cluster-facts.ts'
import { changedAt } from './changed-at.ts'
import { type KubeObject, list, metadata, nameOf, objectName, record, spec, text, texts } from './kube-objects.ts'
import type { ObjectLists } from './object-lists.ts'
import { parseJson } from './parse-json.ts'

/** Where Consul is usually installed, and with it the settings of the whole mesh. */
const HOME = 'consul'

/** Reads Consul's objects of all namespaces, else of these and Consul's own; null in a cluster without its definitions. */
export async function readConsul(lists: ObjectLists, namespaces: readonly string[]): Promise<ConsulFacts | null> {
  const read = (resource: string): Promise<KubeObject[] | undefined> =>
    lists.read(resource, {
      group: 'consul.hashicorp.com',
      versions: ['v1alpha1'],
      namespaces: [...new Set([...namespaces, HOME])],
      everywhere: true,
    })
  const [proxyDefaults, serviceDefaults, intentions] = await Promise.all([
    read('proxydefaults'),
    read('servicedefaults'),
    read('serviceintentions'),
  ])
  if (proxyDefaults === undefined && serviceDefaults === undefined && intentions === undefined) return null
  return {
    proxyDefaults: (proxyDefaults ?? []).map(readProxyDefaults),
    serviceDefaults: (serviceDefaults ?? []).map((object) => ({
      name: objectName(object),
      service: nameOf(object),
      protocol: text(spec(object)['protocol']),
      mutualTls: text(spec(object)['mutualTLSMode']),
      syncFailure: syncFailure(object),
    })),
    intentions: (intentions ?? []).map(readIntentions),
  }
}

/** Consul-k8s reports on each object whether Consul has taken it. */
function syncFailure(object: KubeObject): string | null {
  const synced = list(record(object['status'])['conditions']).find(({ type }) => type === 'Synced')
  if (synced?.['status'] !== 'False') return null
  return (text(synced['message']) ?? text(synced['reason']) ?? 'no reason').slice(0, 300)
}

function readProxyDefaults(object: KubeObject): ProxyDefaultsFacts {
  const config = record(spec(object)['config'])
  return {
    name: objectName(object),
    protocol: text(config['protocol']),
    mutualTls: text(spec(object)['mutualTLSMode']),
    changedAt: changedAt(metadata(object), 'f:spec'),
    entries: Object.entries(config)
      .filter(([key]) => /^envoy_.*tracing|^envoy_extra_static/.test(key))
      .map(([key, value]) => readEntry(key, value)),
    syncFailure: syncFailure(object),
  }
}

/** Fields of `HttpConnectionManager.Tracing`, by both of the names that JSON may have. */
const TRACING_FIELDS = new Set(
  [
    '@type',
    'client_sampling',
    'random_sampling',
    'overall_sampling',
    'verbose',
    'max_path_tag_length',
    'custom_tags',
    'provider',
    'spawn_upstream_span',
    'operation',
    'upstream_operation',
  ].flatMap((field) => [field, field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]),
)

function readEntry(key: string, value: unknown): EntryFacts {
  const facts: EntryFacts = { key, form: 'text', typed: true, unknown: [], sampling: null }
  if (typeof value !== 'string') return { ...facts, form: 'not text' }
  const parsed = parseJson(value)
  if (parsed === undefined) return { ...facts, form: 'not JSON' }
  if (key === 'envoy_listener_tracing_json') {
    const random = record(parsed)['random_sampling'] ?? record(parsed)['randomSampling']
    const percentage = record(random)['value']
    return {
      ...facts,
      typed: '@type' in record(parsed),
      unknown: [
        ...Object.keys(record(parsed)).filter((field) => !TRACING_FIELDS.has(field)),
        ...Object.keys(record(random)).filter((field) => field !== 'value'),
      ].map((field) => field.slice(0, 100)),
      sampling: typeof percentage === 'number' ? percentage : null,
      ...('provider' in record(parsed) && { provider: true }),
    }
  }
  if (key !== 'envoy_tracing_json') return facts
  const http = record(record(parsed)['http'])
  const tracer = record(http['typed_config'] ?? http['typedConfig'])
  return {
    ...facts,
    typed: '@type' in tracer,
    unknown: Object.keys(record(parsed)).filter((field) => field !== 'http'),
  }
}

function readIntentions(object: KubeObject): IntentionFacts {
  return {
    name: objectName(object),
    destination: text(record(spec(object)['destination'])['name']) ?? '*',
    sources: list(spec(object)['sources']).map((source) => ({
      source: text(source['name']) ?? '*',
      action: readAction(source['action']),
      permissions: list(source['permissions']).map(readPermission),
    })),
    syncFailure: syncFailure(object),
  }
}

const readAction = (value: unknown): 'allow' | 'deny' | null => (value === 'allow' || value === 'deny' ? value : null)

function readPermission(permission: KubeObject): IntentionPermissionFacts {
  const http = record(permission['http'])
  return {
    action: readAction(permission['action']) ?? 'deny',
    pathExact: text(http['pathExact']),
    pathPrefix: text(http['pathPrefix']),
    pathRegex: text(http['pathRegex']),
    methods: texts(http['methods']),
    headers: list(http['header']).length > 0,
  }
}
