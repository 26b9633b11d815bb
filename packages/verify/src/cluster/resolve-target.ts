import { ClusterError } from './cluster-error.ts'
import {
  appPorts,
  isReady,
  type KubeObject,
  labelsOf,
  list,
  matchesSelector,
  nameOf,
  record,
  spec,
  text,
} from './kube-objects.ts'
import type { Kubectl, PodPort } from './kubectl.ts'
import { formatTarget, type Target, type TargetKind } from './target.ts'

/** Paths of the API, but for the namespace. */
const PATHS: Record<TargetKind, (namespace: string) => string> = {
  pod: (namespace) => `/api/v1/namespaces/${namespace}/pods`,
  service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  deployment: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  statefulset: (namespace) => `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
  daemonset: (namespace) => `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
}

export const podsPath = PATHS.pod
export const servicesPath = PATHS.service

/**
 * Finds a ready pod behind a target, and the container's port.
 *
 * @throws ClusterError when the namespace or the object does not exist, or no pod of it is ready
 */
export async function resolveTarget(kubectl: Kubectl, target: Target, namespace: string): Promise<PodPort> {
  const object = await kubectl.get(`${PATHS[target.kind](namespace)}/${target.name}`)
  if (object === undefined) throw await explainAbsence(kubectl, target, namespace)
  const pod = await choosePod(kubectl, record(object), { target, namespace })
  return { namespace, pod: nameOf(pod), port: choosePort(record(object), pod, target) }
}

async function explainAbsence(kubectl: Kubectl, target: Target, namespace: string): Promise<ClusterError> {
  const found = await kubectl.get(`/api/v1/namespaces/${namespace}`).catch(() => null)
  if (found === undefined) return new ClusterError('usage', `context ${kubectl.context} has no namespace ${namespace}`)
  const others = await kubectl.get(PATHS[target.kind](namespace)).catch(() => undefined)
  const names = list(record(others)['items']).map(nameOf)
  return new ClusterError(
    'usage',
    `namespace ${namespace} has no ${formatTarget(target)}${listNames(target.kind, names)}`,
  )
}

/** Most names that a message lists. */
const MOST_NAMES = 10

/** What there is in place of a name that does not exist. */
function listNames(kind: TargetKind, names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : ''
  return `; it has ${names
    .slice(0, MOST_NAMES)
    .map((name) => `${kind}/${name}`)
    .join(', ')}${more}`
}

async function choosePod(
  kubectl: Kubectl,
  object: KubeObject,
  { target, namespace }: { target: Target; namespace: string },
): Promise<KubeObject> {
  const pods = target.kind === 'pod' ? [object] : await selectPods(kubectl, object, { target, namespace })
  const running = pods.filter((pod) => record(pod['status'])['phase'] === 'Running')
  const pod = running.find(isReady) ?? running[0]
  if (pod !== undefined) return pod
  const states = [...new Set(pods.map((each) => text(record(each['status'])['phase']) ?? 'in no phase'))]
  const why = pods.length === 0 ? 'it selects none' : `${pods.length} found: ${states.join(', ')}`
  throw new ClusterError('access', `no pod of ${formatTarget(target)} runs in namespace ${namespace}; ${why}`)
}

async function selectPods(
  kubectl: Kubectl,
  object: KubeObject,
  { target, namespace }: { target: Target; namespace: string },
): Promise<KubeObject[]> {
  const { selector, type } = spec(object)
  if (type === 'ExternalName') {
    throw new ClusterError('usage', `${formatTarget(target)} is a name of something outside of the cluster: name a pod`)
  }
  const rule = target.kind === 'service' ? { matchLabels: selector } : record(selector)
  const isEmpty = Object.values(rule).every((part) => Object.keys(part ?? {}).length === 0)
  if (isEmpty) {
    throw new ClusterError('usage', `${formatTarget(target)} selects no pods by labels: name a pod or a workload`)
  }
  const all = list(record(await kubectl.get(podsPath(namespace)))['items'])
  return all.filter((pod) => matchesSelector(rule, labelsOf(pod)))
}

function choosePort(object: KubeObject, pod: KubeObject, target: Target): number {
  if (target.kind === 'service') return servicePort(object, pod, target)
  const ports = appPorts(pod)
  if (target.port !== null) {
    const named = ports.find(({ name }) => name === target.port)?.port ?? Number(target.port)
    if (Number.isInteger(named)) return named
    const known = formatPorts(ports)
    throw new ClusterError(
      'usage',
      `${formatTarget(target)} has no port named ${target.port}; it has ${known || 'none'}`,
    )
  }
  const port = ports.find(({ name }) => name?.startsWith('http')) ?? ports[0]
  if (port !== undefined) return port.port
  throw new ClusterError(
    'usage',
    `${formatTarget(target)} declares no port: name one, as in ${target.kind}/${target.name}:8080${target.path}`,
  )
}

function servicePort(service: KubeObject, pod: KubeObject, target: Target): number {
  const ports = list(spec(service)['ports'])
  const wanted =
    target.port === null
      ? (ports.find((port) => text(port['name'])?.startsWith('http')) ?? ports[0])
      : ports.find((port) => port['name'] === target.port || port['port'] === Number(target.port))
  if (wanted === undefined) {
    const known = formatPorts(ports.map((port) => ({ name: text(port['name']), port: Number(port['port']) })))
    const missing = target.port === null ? 'port' : `port ${target.port}`
    throw new ClusterError('usage', `${formatTarget(target)} has no ${missing}; it has ${known || 'none'}`)
  }
  return containerPort(wanted, pod)
}

/** `80 (http), 9090`. */
function formatPorts(ports: readonly { name: string | null; port: number }[]): string {
  return ports.map(({ name, port }) => (name === null ? `${port}` : `${port} (${name})`)).join(', ')
}

/** The port of a pod that a port of a Service leads to: by number or by name. */
export function containerPort(port: KubeObject, pod: KubeObject): number {
  const wanted = port['targetPort'] ?? port['port']
  if (typeof wanted === 'number') return wanted
  return appPorts(pod).find(({ name }) => name === wanted)?.port ?? Number(port['port'])
}
