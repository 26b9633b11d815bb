import { ClusterError } from './cluster-error.ts'
import {
  appPorts,
  isReady,
  type KubeObject,
  labelsOf,
  list,
  nameOf,
  record,
  selects,
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
  return found === undefined
    ? new ClusterError('usage', `context ${kubectl.context} has no namespace ${namespace}`)
    : new ClusterError('usage', `namespace ${namespace} has no ${formatTarget(target)}`)
}

async function choosePod(
  kubectl: Kubectl,
  object: KubeObject,
  { target, namespace }: { target: Target; namespace: string },
): Promise<KubeObject> {
  const selector = spec(object)['selector']
  const matchLabels = target.kind === 'service' ? selector : record(selector)['matchLabels']
  if (target.kind !== 'pod' && Object.keys(record(matchLabels)).length === 0) {
    throw new ClusterError('usage', `${formatTarget(target)} selects no pods by labels: name a pod of it`)
  }
  const pods =
    target.kind === 'pod'
      ? [object]
      : list(record(await kubectl.get(podsPath(namespace)))['items']).filter((pod) =>
          selects(matchLabels, labelsOf(pod)),
        )
  const running = pods.filter((pod) => record(pod['status'])['phase'] === 'Running')
  const pod = running.find(isReady) ?? running[0]
  if (pod !== undefined) return pod
  throw new ClusterError('access', `no pod of ${formatTarget(target)} runs in namespace ${namespace}`)
}

function choosePort(object: KubeObject, pod: KubeObject, target: Target): number {
  if (target.kind === 'service') return servicePort(object, pod, target)
  const ports = appPorts(pod)
  if (target.port !== null) {
    const named = ports.find(({ name }) => name === target.port)?.port ?? Number(target.port)
    if (Number.isInteger(named)) return named
    throw new ClusterError('usage', `${formatTarget(target)} has no port named ${target.port}`)
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
    const known = ports.map((port) => `${Number(port['port'])}`).join(', ')
    throw new ClusterError('usage', `${formatTarget(target)} has no port ${target.port ?? ''}; it has ${known}`)
  }
  return containerPort(wanted, pod)
}

/** The port of a pod that a port of a Service leads to: by number or by name. */
export function containerPort(port: KubeObject, pod: KubeObject): number {
  const wanted = port['targetPort'] ?? port['port']
  if (typeof wanted === 'number') return wanted
  return appPorts(pod).find(({ name }) => name === wanted)?.port ?? Number(port['port'])
}
