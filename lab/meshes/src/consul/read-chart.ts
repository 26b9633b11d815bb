import {
  containerEnvironment,
  type Deployment,
  isDeployment,
  isNetworkPolicy,
  isService,
  type KubeObject,
} from '@throughline/lab-kube-api'
import { LabError } from '@throughline/lab-programs'
import type { ConsulEntry } from './consul-entry.ts'

/** A pod that requests a sidecar, as the injector would read it. */
export interface ChartPod {
  /** Name of the Service that selects it, which is also its name in Consul and in its identity. */
  name: string
  /** First port of its first container. */
  port: number
  /** User that the app runs as. */
  uid?: number | undefined
  /** The container's environment, references resolved. */
  env: Record<string, string>
  upstreams: { name: string; port: number }[]
  /** Set when all its traffic except that of these ports is redirected. */
  transparentProxy?: { excludeInbound: number[]; excludeOutbound: number[] } | undefined
  /** Ports that its NetworkPolicy admits from everywhere; absent without a policy. */
  admitted?: number[] | undefined
  /** Every name a cluster's DNS has for its Service. */
  hosts: string[]
}

/** A chart as the lab runs it. */
export interface ChartPlacement {
  /** In an order that Consul accepts. */
  entries: ConsulEntry[]
  pods: ChartPod[]
  /** Names of the Services of pods outside the mesh, such as the trace backend's. */
  outside: string[]
}

const PREFIX = 'consul.hashicorp.com/'

/** Consul refuses L7 intentions until it knows that the destination's protocol is http. */
const entryOrder = ['proxy-defaults', 'mesh', 'service-defaults', 'service-intentions']

/** Objects that change nothing about traffic on one machine. */
const withoutEffect = new Set(['ServiceAccount', 'PodDisruptionBudget', 'ConfigMap', 'Pod', 'Service', 'NetworkPolicy'])

/**
 * What Consul's injector and its resource controllers would make of the objects of a chart.
 *
 * @throws LabError TL_MESH_CONFIG_INVALID naming the object that is wrong or needs a cluster
 */
export function readChart(objects: readonly KubeObject[]): ChartPlacement {
  const entries = objects
    .filter(({ apiVersion }) => apiVersion.startsWith(PREFIX))
    .map(toEntry)
    .toSorted((a, b) => entryOrder.indexOf(a.kind) - entryOrder.indexOf(b.kind))
  const deployments = objects.filter(isDeployment)
  for (const object of objects) {
    const known = object.apiVersion.startsWith(PREFIX) || isDeployment(object) || withoutEffect.has(object.kind)
    if (!known) throw invalid(object, 'needs a cluster: this lab has no gateway')
  }
  const injected = deployments.filter((deployment) => annotationOf(deployment, 'connect-inject') === 'true')
  const outside = deployments.filter((deployment) => !injected.includes(deployment))
  return {
    entries,
    pods: injected.map((deployment) => toPod(deployment, objects)),
    outside: outside.flatMap((deployment) => servicesOf(deployment, objects).flatMap(hostsOf)),
  }
}

function toEntry(object: KubeObject): ConsulEntry {
  const { destination, ...spec } = { ...(object.spec as { destination?: { name?: string } } | undefined) }
  const kind = kebabCase(object.kind)
  // There is one mesh entry, and Consul refuses a name for it.
  if (kind === 'mesh') return { kind, ...spec }
  return { kind, name: destination?.name ?? object.metadata.name, ...spec }
}

function toPod(deployment: Deployment, objects: readonly KubeObject[]): ChartPod {
  const { template } = deployment.spec
  const { labels = {} } = template.metadata
  const services = servicesOf(deployment, objects)
  const [service] = services
  if (service === undefined || services.length > 1) {
    throw invalid(deployment, `is selected by ${services.length} Services; the injector needs exactly one`)
  }
  const { name } = service.metadata
  const { serviceAccountName = 'default', containers, securityContext } = template.spec
  if (serviceAccountName !== name) {
    throw invalid(deployment, `has the ServiceAccount ${serviceAccountName}; with ACLs it must be ${name}`)
  }
  const [container] = containers
  const port = container?.ports?.[0]?.containerPort
  if (container === undefined || port === undefined) throw invalid(deployment, 'declares no port')
  const transparent = annotationOf(deployment, 'transparent-proxy')
  if (transparent !== 'true' && transparent !== 'false') {
    throw invalid(deployment, 'leaves transparent-proxy to the default of the installation')
  }
  const policies = objects
    .filter(isNetworkPolicy)
    .filter(({ spec }) => isSelected(labels, spec.podSelector?.matchLabels))
    .flatMap(({ spec }) => spec.ingress ?? [])
  const open = policies.filter(({ from }) => from === undefined).flatMap(({ ports = [] }) => ports)
  return {
    name,
    port,
    uid: securityContext?.runAsUser,
    env: containerEnvironment(container, {
      'metadata.name': `${deployment.metadata.name}-0`,
      'metadata.namespace': deployment.metadata.namespace,
    }),
    upstreams: list(annotationOf(deployment, 'connect-service-upstreams')).map((text) => toUpstream(text, deployment)),
    transparentProxy:
      transparent === 'false'
        ? undefined
        : {
            excludeInbound: list(annotationOf(deployment, 'transparent-proxy-exclude-inbound-ports')).map(Number),
            excludeOutbound: list(annotationOf(deployment, 'transparent-proxy-exclude-outbound-ports')).map(Number),
          },
    admitted: policies.length > 0 ? open.map(({ port: admitted }) => admitted) : undefined,
    hosts: hostsOf(service),
  }
}

/** `counting:9001`. The longer form `counting:9001:dc1` names a datacenter; the lab has only one. */
function toUpstream(text: string, deployment: Deployment): { name: string; port: number } {
  const [, name, port] = /^([a-z0-9-]+):(\d+)$/.exec(text) ?? []
  if (name === undefined) throw invalid(deployment, `has the upstream "${text}", which is not name:port`)
  return { name, port: Number(port) }
}

function servicesOf(deployment: Deployment, objects: readonly KubeObject[]) {
  const { labels } = deployment.spec.template.metadata
  return objects.filter(isService).filter(({ spec }) => isSelected(labels, spec.selector))
}

function hostsOf({ metadata: { name, namespace = 'default' } }: KubeObject): string[] {
  return [name, `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`]
}

function annotationOf(deployment: Deployment, name: string): string | undefined {
  return deployment.spec.template.metadata.annotations?.[`${PREFIX}${name}`]
}

/** Whether labels match a selector; an empty selector matches nothing here. */
function isSelected(labels: Record<string, string> = {}, selector: Record<string, string> = {}): boolean {
  const required = Object.entries(selector)
  return required.length > 0 && required.every(([name, value]) => labels[name] === value)
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || [])
}

function kebabCase(kind: string): string {
  return kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}

function invalid({ kind, metadata: { name } }: KubeObject, what: string): LabError {
  return new LabError('TL_MESH_CONFIG_INVALID', `${kind} ${name} of the chart ${what}`)
}
