import type { KubeObject } from '../kube-object.ts'

export interface EnvVariable {
  name: string
  value?: string
  valueFrom?: { fieldRef?: { fieldPath: string } }
}

export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  env?: EnvVariable[]
  ports?: { name?: string; containerPort: number }[]
  restartPolicy?: string
  securityContext?: { runAsUser?: number; capabilities?: { add?: string[]; drop?: string[] }; [field: string]: unknown }
  [field: string]: unknown
}

export interface PodSpec {
  serviceAccountName?: string
  nodeName?: string
  securityContext?: { runAsUser?: number; [field: string]: unknown }
  initContainers?: Container[]
  containers: Container[]
  [field: string]: unknown
}

/** The pods of a Deployment. */
export interface PodTemplate {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: PodSpec
}

export interface Pod extends KubeObject {
  spec: PodSpec
  status?: { podIP?: string; hostIP?: string }
}

export interface Deployment extends KubeObject {
  spec: { replicas?: number; template: PodTemplate; [field: string]: unknown }
}

export interface Service extends KubeObject {
  spec: {
    selector?: Record<string, string>
    ports?: { name?: string; port: number; targetPort?: number | string; appProtocol?: string }[]
    [field: string]: unknown
  }
}

export interface NetworkPolicy extends KubeObject {
  spec: {
    podSelector?: { matchLabels?: Record<string, string> }
    ingress?: { from?: unknown[]; ports?: { port: number }[] }[]
    [field: string]: unknown
  }
}

export const isDeployment = (object: KubeObject): object is Deployment =>
  object.kind === 'Deployment' && object.apiVersion.startsWith('apps/')

export const isService = (object: KubeObject): object is Service =>
  object.kind === 'Service' && object.apiVersion === 'v1'

export const isNetworkPolicy = (object: KubeObject): object is NetworkPolicy =>
  object.kind === 'NetworkPolicy' && object.apiVersion.startsWith('networking.k8s.io/')
