import type {
  AuthorizationPolicyFacts,
  AuthorizationRuleFacts,
  IstioFacts,
  MeshConfigFacts,
  ObjectName,
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
import { type ControlPlane, controlPlaneOf } from './control-plane.ts'
import type { Kubectl } from './kubectl.ts'
import type { ObjectLists } from './object-lists.ts'
import { readTlsRules } from './read-tls-rules.ts'

/** Reads Istio's objects for pods on the path; null in a cluster without its definitions. */
export async function readIstio(
  kubectl: Pick<Kubectl, 'parseYaml'>,
  lists: ObjectLists,
  {
    pods,
    namespaces,
    services,
  }: { pods: readonly KubeObject[]; namespaces: readonly string[]; services: readonly ObjectName[] },
): Promise<IstioFacts | null> {
  const plane = controlPlaneOf(pods, lists.say)
  const { meshConfig, root } = await readMeshConfig(kubectl, lists, plane)
  const all = [...new Set([root, ...namespaces])]
  const read = (group: string, older: string, resource: string): Promise<KubeObject[] | undefined> =>
    lists.read(resource, { group, versions: ['v1', older], namespaces: all })
  const [telemetries, policies, peers, destinations] = await Promise.all([
    read('telemetry.istio.io', 'v1alpha1', 'telemetries'),
    read('security.istio.io', 'v1beta1', 'authorizationpolicies'),
    read('security.istio.io', 'v1beta1', 'peerauthentications'),
    read('networking.istio.io', 'v1beta1', 'destinationrules'),
  ])
  if ([telemetries, policies, peers, destinations].every((each) => each === undefined)) return null
  return {
    telemetries: (telemetries ?? []).map((object) => readTelemetry(object, { pods, root })),
    meshConfig,
    authorizationPolicies: (policies ?? []).map((object) => readPolicy(object, { pods, root })),
    peerAuthentications: (peers ?? []).map((object) => readPeerAuthentication(object, { pods, root })),
    tls: (destinations ?? []).flatMap((rule) => readTlsRules(rule, services)),
  }
}

interface Place {
  pods: readonly KubeObject[]
  /** The namespace whose objects are for the whole mesh. */
  root: string
}

function scoped(object: KubeObject, { pods, root }: Place) {
  const namespace = namespaceOf(object)
  const matchLabels = record(record(spec(object)['selector'])['matchLabels'])
  const selected = pods.filter(
    (pod) => (namespace === root || namespaceOf(pod) === namespace) && selects(matchLabels, labelsOf(pod)),
  )
  const narrow = Object.keys(matchLabels).length > 0 || 'targetRefs' in spec(object) || 'targetRef' in spec(object)
  return {
    name: objectName(object),
    scope: narrow ? ('workload' as const) : namespace === root ? ('mesh' as const) : ('namespace' as const),
    // What a target reference names is a gateway or a waypoint, not a pod by its labels.
    pods: 'targetRefs' in spec(object) || 'targetRef' in spec(object) ? [] : selected.map(objectName),
  }
}

function readTelemetry(object: KubeObject, at: Place): TelemetryFacts {
  return {
    ...scoped(object, at),
    tracing: list(spec(object)['tracing']).map((entry) => ({
      providers: list(entry['providers']).flatMap((provider) => text(provider['name']) ?? []),
      sampling: typeof entry['randomSamplingPercentage'] === 'number' ? entry['randomSamplingPercentage'] : null,
      disabled: entry['disableSpanReporting'] === true,
    })),
  }
}

/** The settings of the control plane that injected the pods, and the namespace whose objects are for the whole mesh. */
async function readMeshConfig(
  kubectl: Pick<Kubectl, 'parseYaml'>,
  lists: ObjectLists,
  { namespace, configMaps }: ControlPlane,
): Promise<{ meshConfig: MeshConfigFacts | null; root: string }> {
  for (const name of configMaps) {
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`
    const object = record(await lists.get(`MeshConfig ${name}`, { namespace, path }))
    const yaml = text(record(object['data'])['mesh'])
    if (yaml === null) continue
    const config = record(await kubectl.parseYaml(yaml))
    const sampling = record(record(config['defaultConfig'])['tracing'])['sampling']
    const meshConfig = {
      name: `${namespace}/${name}`,
      providers: list(config['extensionProviders']).flatMap((provider) => text(provider['name']) ?? []),
      defaultProviders: texts(record(config['defaultProviders'])['tracing']),
      sampling: typeof sampling === 'number' ? sampling : null,
      changedAt: changedAt(metadata(object), 'f:data'),
    }
    return { meshConfig, root: text(config['rootNamespace']) ?? namespace }
  }
  return { meshConfig: null, root: namespace }
}

function readPolicy(object: KubeObject, at: Place): AuthorizationPolicyFacts {
  const action = text(spec(object)['action'])
  return {
    ...scoped(object, at),
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

function readPeerAuthentication(object: KubeObject, at: Place): PeerAuthenticationFacts {
  const ports = Object.entries(record(spec(object)['portLevelMtls']))
  return {
    ...scoped(object, at),
    mode: text(record(spec(object)['mtls'])['mode']),
    ports: Object.fromEntries(ports.map(([port, settings]) => [port, text(record(settings)['mode']) ?? 'UNSET'])),
  }
}
