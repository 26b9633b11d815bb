import type { DeclaredFacts, ServiceFacts } from '../evidence/cluster-facts.ts'
import {
  appPorts,
  type KubeObject,
  labelsOf,
  list,
  nameOf,
  namespaceOf,
  objectName,
  record,
  selects,
  spec,
  text,
} from '../cluster/kube-objects.ts'
import { readService } from '../cluster/read-pods.ts'
import { TELEMETRY_PORTS } from './declared-calls.ts'

/** Each port of each Service, as a called one. */
export function declaredServices(services: readonly KubeObject[], pods: readonly KubeObject[]): ServiceFacts[] {
  return services.flatMap((service) =>
    list(spec(service)['ports'])
      .map(({ port }) => Number(port))
      .filter((port) => !TELEMETRY_PORTS.has(port))
      .map((port) => readService(service, { port }, pods)),
  )
}

/** What says that an app speaks HTTP at a port: its own name for it, or a probe of the kubelet. */
export function httpSigns(services: readonly ServiceFacts[], pods: readonly KubeObject[]): DeclaredFacts['http'] {
  return services.flatMap(({ service, port, pods: selected }) => {
    const pod = pods.find((each) => selected.includes(objectName(each)))
    const sign = pod === undefined || port === null ? undefined : signOf(pod, port.target)
    return port === null || sign === undefined ? [] : [{ service, port: port.port, sign }]
  })
}

function signOf(pod: KubeObject, target: number): string | undefined {
  const ports = appPorts(pod).filter(({ port }) => port === target)
  const named = ports.find(({ name }) => /^(http|grpc)(-|2|$)/.test(name ?? ''))
  if (named !== undefined) return `the container names port ${target} ${named.name}`
  const probes = list(spec(pod)['containers']).flatMap((container) =>
    ['readinessProbe', 'livenessProbe', 'startupProbe'].map(
      (probe) => record(record(container[probe])['httpGet'])['port'],
    ),
  )
  const isProbed = probes.some((port) => port === target || ports.some(({ name }) => name !== null && name === port))
  return isProbed ? `the kubelet probes port ${target} by HTTP` : undefined
}

/** Services that lead nowhere by what is written. */
export function unservedServices(
  services: readonly KubeObject[],
  pods: readonly KubeObject[],
  called: ReadonlySet<string>,
): DeclaredFacts['unserved'] {
  return services.flatMap((service) => {
    const selector = record(spec(service)['selector'])
    const name = objectName(service)
    if (Object.keys(selector).length === 0) return []
    const near = pods.filter((pod) => namespaceOf(pod) === namespaceOf(service))
    const selected = near.filter((pod) => selects(selector, labelsOf(pod)))
    if (selected.length === 0) {
      // A controller may make its pods, unless a workload is meant by name or by a part of the labels.
      const meant = near.find(
        (pod) =>
          nameOf(pod) === nameOf(service) ||
          Object.entries(selector).some(([key, value]) => labelsOf(pod)[key] === value),
      )
      if (meant === undefined && !called.has(name)) return []
      const seen = `spec.selector of Service ${name} meets the labels of no workload of these files${meant === undefined ? '' : `, nor those of ${objectName(meant)}`}`
      return [{ service: name, field: 'spec.selector', seen }]
    }
    return list(spec(service)['ports']).flatMap(({ targetPort }, index) => {
      const wanted = text(targetPort)
      const isNamed = wanted !== null && !/^\d+$/.test(wanted)
      if (!isNamed || selected.some((pod) => appPorts(pod).some((port) => port.name === wanted))) return []
      const seen = `no container of ${selected.map(objectName).join(', ')} has a port named ${wanted}`
      return [{ service: name, field: `spec.ports[${index}].targetPort`, seen }]
    })
  })
}
