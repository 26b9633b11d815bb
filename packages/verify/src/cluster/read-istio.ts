import type {
  AuthorizationPolicyFacts,
  AuthorizationRuleFacts,
  IstioFacts,
  MeshConfigFacts,
  PeerAuthenticationFacts,
  TelemetryFacts,
} from '../evidence/cluster-facts.ts'
import { changedAt } from './changed-at.ts'
import {
  type KubeObject,
  labelsOf,
  list,
  metadata,
  namespaceOf,
  objectName,
  record,
  selects,
  spec,
  text,
  texts,
} from './kube-objects.ts'
import type { Kubectl } from './kubectl.ts'
import type { ObjectLists } from './object-lists.ts'

/** Where Istio looks for objects of the whole mesh. */
const ISTIO_ROOT = 'istio-system'

/** Reads Istio's objects for pods on the path; null in a cluster without its definitions. */
export async function readIstio(
  kubectl: Kubectl,
  lists: ObjectLists,
  { pods, namespaces }: { pods: readonly KubeObject[]; namespaces: readonly string[] },
): Promise<IstioFacts | null> {
  const all = [...new Set([ISTIO_ROOT, ...namespaces])]
  const read = (group: string, older: string, resource: string): Promise<KubeObject[] | undefined> =>
    lists.read(resource, { group, versions: ['v1', older], namespaces: all })
  const [telemetries, policies, peers, meshConfig] = await Promise.all([
    read('telemetry.istio.io', 'v1alpha1', 'telemetries'),
    read('security.istio.io', 'v1beta1', 'authorizationpolicies'),
    read('security.istio.io', 'v1beta1', 'peerauthentications'),
    readMeshConfig(kubectl, lists),
  ])
  if (telemetries === undefined && policies === undefined && peers === undefined) return null
  return {
    telemetries: (telemetries ?? []).map((object) => readTelemetry(object, pods)),
    meshConfig,
    authorizationPolicies: (policies ?? []).map((object) => readPolicy(object, pods)),
    peerAuthentications: (peers ?? []).map((object) => readPeerAuthentication(object, pods)),
  }
}

function scoped(object: KubeObject, pods: readonly KubeObject[]) {
  const namespace = namespaceOf(object)
  const matchLabels = record(record(spec(object)['selector'])['matchLabels'])
  const selected = pods.filter(
    (pod) => (namespace === ISTIO_ROOT || namespaceOf(pod) === namespace) && selects(matchLabels, labelsOf(pod)),
  )
  const narrow = Object.keys(matchLabels).length > 0 || 'targetRefs' in spec(object) || 'targetRef' in spec(object)
  return {
    name: objectName(object),
    scope: narrow ? ('workload' as const) : namespace === ISTIO_ROOT ? ('mesh' as const) : ('namespace' as const),
    // What a target reference names is a gateway or a waypoint, not a pod by its labels.
    pods: 'targetRefs' in spec(object) || 'targetRef' in spec(object) ? [] : selected.map(objectName),
  }
}

function readTelemetry(object: KubeObject, pods: readonly KubeObject[]): TelemetryFacts {
  return {
    ...scoped(object, pods),
    tracing: list(spec(object)['tracing']).map((entry) => ({
      providers: list(entry['providers']).flatMap((provider) => text(provider['name']) ?? []),
      sampling: typeof entry['randomSamplingPercentage'] === 'number' ? entry['randomSamplingPercentage'] : null,
      disabled: entry['disableSpanReporting'] === true,
    })),
  }
}

async function readMeshConfig(kubectl: Kubectl, lists: ObjectLists): Promise<MeshConfigFacts | null> {
  const path = `/api/v1/namespaces/${ISTIO_ROOT}/configmaps/istio`
  const object = record(await lists.get('MeshConfig', { namespace: ISTIO_ROOT, path }))
  const yaml = text(record(object['data'])['mesh'])
  if (yaml === null) return null
  const config = record(await kubectl.parseYaml(yaml))
  const sampling = record(record(config['defaultConfig'])['tracing'])['sampling']
  return {
    name: `${ISTIO_ROOT}/istio`,
    providers: list(config['extensionProviders']).flatMap((provider) => text(provider['name']) ?? []),
    defaultProviders: texts(record(config['defaultProviders'])['tracing']),
    sampling: typeof sampling === 'number' ? sampling : null,
    changedAt: changedAt(metadata(object), 'f:data'),
  }
}

function readPolicy(object: KubeObject, pods: readonly KubeObject[]): AuthorizationPolicyFacts {
  const action = text(spec(object)['action'])
  return {
    ...scoped(object, pods),
    action: action === 'DENY' || action === 'AUDIT' || action === 'CUSTOM' ? action : 'ALLOW',
    rules: list(spec(object)['rules']).map(readRule),
  }
}

function readRule(rule: KubeObject): AuthorizationRuleFacts {
  return {
    from: list(rule['from']).map((from) => {
      const { principals, namespaces, ...others } = record(from['source'])
      return {
        principals: Array.isArray(principals) ? texts(principals) : null,
        namespaces: Array.isArray(namespaces) ? texts(namespaces) : null,
        other: Object.keys(others).length > 0,
      }
    }),
    to: list(rule['to']).map((to) => {
      const { methods, paths, ports, ...others } = record(to['operation'])
      const names = Object.keys(others)
      return {
        methods: Array.isArray(methods) ? texts(methods) : null,
        paths: Array.isArray(paths) ? texts(paths) : null,
        ports: Array.isArray(ports) ? texts(ports) : null,
        http: Array.isArray(methods) || Array.isArray(paths) || names.some((name) => !/ports/i.test(name)),
        other: names.length > 0,
      }
    }),
    when: list(rule['when']).length > 0,
  }
}

function readPeerAuthentication(object: KubeObject, pods: readonly KubeObject[]): PeerAuthenticationFacts {
  const ports = Object.entries(record(spec(object)['portLevelMtls']))
  return {
    ...scoped(object, pods),
    mode: text(record(spec(object)['mtls'])['mode']),
    ports: Object.fromEntries(ports.map(([port, settings]) => [port, text(record(settings)['mode']) ?? 'UNSET'])),
  }
}
