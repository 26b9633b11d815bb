import type { KubeObject } from '@throughline/lab-kube-api'
import { LabError } from '@throughline/lab-programs'

interface EnvVariable {
  name: string
  value?: string
  valueFrom?: { fieldRef?: { fieldPath: string } }
}

interface Container {
  name: string
  args?: string[]
  env?: EnvVariable[]
}

interface Pod {
  metadata: { name: string; namespace: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: { serviceAccountName: string; nodeName: string; initContainers?: Container[]; containers: Container[] }
  status: { podIP: string; hostIP: string }
}

/** What istiod's webhook has put into a pod, as it would be started. */
export interface InjectedPod {
  /** Arguments and environment of the agent that runs the sidecar. */
  proxy: { args: string[]; env: Record<string, string> }
  /** Arguments of what makes the pod's packet filter hand every connection to the sidecar; absent without interception. */
  interception?: string[]
  /** What the agent reads as files below `etc/istio/pod`, by name. */
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
  // A native sidecar is an init container that is never done.
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const proxy = containers.find(({ name }) => name === 'istio-proxy')
  if (proxy === undefined)
    throw new LabError('TL_MESH_CONFIG_INVALID', `istiod has injected no sidecar into ${metadata.name}`)
  const env = environmentOf(proxy, pod)
  const interception = containers.find(({ name }) => name === 'istio-init')?.args
  return {
    proxy: { args: (proxy.args ?? []).map((text) => substitute(text, env)), env },
    ...(interception && { interception }),
    podInfo: { labels: asLines(metadata.labels), annotations: asLines(metadata.annotations) },
  }
}

function environmentOf({ env = [] }: Container, { metadata, spec, status }: Pod): Record<string, string> {
  const fields: Record<string, string> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'spec.serviceAccountName': spec.serviceAccountName,
    'spec.nodeName': spec.nodeName,
    'status.podIP': status.podIP,
    'status.hostIP': status.hostIP,
  }
  // Of a variable that is there twice, the last one counts; limits of processor and memory are none of a plain process.
  return Object.fromEntries(
    env.flatMap(({ name, value, valueFrom }) => {
      const known = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? '']
      return known === undefined ? [] : [[name, known]]
    }),
  )
}

/** `$(NAME)`, as Kubernetes has it. */
function substitute(text: string, env: Record<string, string>): string {
  return text.replaceAll(/\$\((\w+)\)/g, (reference, name: string) => env[name] ?? reference)
}

/** The form of the downward API: `name="value"`, a line each. */
function asLines(values: Record<string, string> = {}): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('')
}
