import type { KubeObject } from './kube-object.ts'

interface PodSpec {
  serviceAccountName?: string
  containers?: { ports?: { protocol?: string }[] }[]
  volumes?: { name: string; emptyDir?: object; [source: string]: unknown }[]
}

interface ServiceSpec {
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  ports?: { port: number; protocol?: string; targetPort?: number | string }[]
}

/** The defaults that an API server adds to an object. Changes the object itself. */
export interface Defaults {
  fill: (object: KubeObject, before?: KubeObject) => void
}

/** Only the defaults that Istio needs: without a port's protocol, for example, istiod finds no inbound port. */
export function createDefaults(): Defaults {
  let services = 0
  /** From the range that kubeadm uses for Services. */
  const nextClusterIp = (): string => {
    services += 1
    return `10.96.${services >> 8}.${services & 255}`
  }

  const fillService = (spec: ServiceSpec, before: ServiceSpec | undefined): void => {
    for (const port of spec.ports ?? []) {
      port.protocol ??= 'TCP'
      port.targetPort ??= port.port
    }
    spec.type ??= 'ClusterIP'
    if (spec.type === 'ExternalName') return
    spec.clusterIP ??= before?.clusterIP ?? nextClusterIp()
    spec.clusterIPs ??= [spec.clusterIP]
  }

  return {
    fill(object, before) {
      const { kind, metadata } = object
      const spec = object.spec as { template?: { spec?: PodSpec } } | undefined
      if (kind === 'Pod') fillPod(spec as PodSpec)
      if (spec?.template?.spec !== undefined) fillPod(spec.template.spec)
      if (kind === 'Service') fillService(spec as ServiceSpec, before?.spec as ServiceSpec | undefined)
      if (kind === 'Namespace') {
        metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
        object.status = { phase: 'Active' }
      }
      if (kind === 'Secret') fillSecret(object)
      if (kind === 'CustomResourceDefinition') object.status = establishedStatus(object)
    },
  }
}

function fillPod(spec: PodSpec): void {
  spec.serviceAccountName ??= 'default'
  for (const container of spec.containers ?? []) {
    for (const port of container.ports ?? []) port.protocol ??= 'TCP'
  }
  for (const volume of spec.volumes ?? []) {
    const sources = Object.entries(volume).filter(([key, source]) => key !== 'name' && source !== null)
    if (sources.length === 0) volume.emptyDir = {}
  }
}

function fillSecret(object: KubeObject): void {
  const { stringData, data } = object as { stringData?: Record<string, string>; data?: Record<string, string> }
  if (stringData === undefined) return
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  object['data'] = { ...data, ...Object.fromEntries(encoded) }
  delete object['stringData']
}

function establishedStatus({ spec }: KubeObject): object {
  const { names, versions } = spec as { names: object; versions: { name: string; storage: boolean }[] }
  return {
    conditions: ['NamesAccepted', 'Established'].map((type) => ({
      type,
      status: 'True',
      reason: 'FakeKubeApi',
      message: '',
    })),
    acceptedNames: names,
    storedVersions: versions.filter(({ storage }) => storage).map(({ name }) => name),
  }
}
