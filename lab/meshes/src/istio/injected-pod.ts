import { containerEnvironment, expand, type KubeObject, type Pod } from '@throughline/lab-kube-api'
import { LabError } from '@throughline/lab-programs'

/** The sidecar that istiod's webhook has injected into a pod, as the kubelet would start it. */
export interface InjectedPod {
  /** Arguments and environment of the agent that runs the sidecar. */
  proxy: { args: string[]; env: Record<string, string> }
  /** Arguments of the program that redirects the pod's connections to the sidecar; absent without interception. */
  interception?: string[] | undefined
  /** The files that the agent reads below `etc/istio/pod`, by name. */
  podInfo: { labels: string; annotations: string }
}

/**
 * Reads the sidecar out of a pod.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID when none was injected
 */
export function readInjectedPod(object: KubeObject): InjectedPod {
  const pod = object as unknown as Pod
  const { metadata, spec } = pod
  // A native sidecar is an init container that keeps running.
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const proxy = containers.find(({ name }) => name === 'istio-proxy')
  if (proxy === undefined)
    throw new LabError('TL_MESH_CONFIG_INVALID', `istiod has injected no sidecar into ${metadata.name}`)
  const env = containerEnvironment(proxy, fieldsOf(pod))
  const interception = containers.find(({ name }) => name === 'istio-init')?.args
  return {
    proxy: { args: (proxy.args ?? []).map((text) => expand(text, env)), env },
    interception,
    podInfo: { labels: asLines(metadata.labels), annotations: asLines(metadata.annotations) },
  }
}

function fieldsOf({ metadata, spec, status }: Pod): Record<string, string | undefined> {
  return {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'spec.serviceAccountName': spec.serviceAccountName,
    'spec.nodeName': spec.nodeName,
    'status.podIP': status?.podIP,
    'status.hostIP': status?.hostIP,
  }
}

/** The form of the downward API: `name="value"`, a line each. */
function asLines(values: Record<string, string> = {}): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('')
}
