import type { ClusterFacts } from '../../evidence/cluster-facts.ts'
import type { Judgement } from '../finding.ts'
import { podsOf } from './calls.ts'
import { callsOf, nameWorkload, signOfHttp } from './declared-calls.ts'
import { opaquePort } from './port-protocol.ts'

/** TLV401 of files: a port that speaks HTTP, by a sign of its own, and is declared as one of bytes. */
export function opaqueByFiles(cluster: ClusterFacts): Judgement[] {
  const { declared } = cluster
  if (declared === undefined) return []
  return cluster.services.flatMap((service): Judgement[] => {
    const opaque = opaquePort(cluster, service)
    const sign = opaque && signOfHttp(declared, service)
    if (opaque === undefined || sign === undefined) return []
    const { protocol, object, fix } = opaque
    return [
      {
        hop: service.service,
        seen: [`port ${service.port?.port} of ${service.service} is declared ${protocol}`, sign],
        cause: `the sidecars forward ${protocol} without reading it, so they make no span and apply no rule of HTTP`,
        sources: [object.kind === 'Service' ? 'K' : 'C', 'K'],
        object,
        fix,
      },
    ]
  })
}

/** TLV402 of files: a workload that opts out of injection, at either end of a call or behind a Service of HTTP. */
export function uninjectedByFiles(cluster: ClusterFacts): Judgement[] {
  const { declared } = cluster
  const mesh = cluster.pods.find(({ sidecar }) => sidecar !== null)?.sidecar
  if (declared === undefined || !mesh) return []
  const calls = callsOf(cluster)
  return cluster.pods.flatMap((pod): Judgement[] => {
    if (pod.sidecar !== null || pod.ambient) return []
    const call = calls.find(
      ({ caller, callee }) =>
        (caller === pod && callee.sidecar !== null) || (callee === pod && caller.sidecar !== null),
    )
    const service = cluster.services.find((each) => podsOf(cluster, each).includes(pod) && isHttp(each.port))
    const seen =
      call === undefined
        ? service && `Service ${service.service} leads to it at port ${service.port?.port}, which is declared HTTP`
        : `${call.call.at} names ${call.call.service}`
    if (seen === undefined) return []
    const [own, other] = [
      nameWorkload(declared, pod),
      mesh === 'istio' ? 'sidecar.istio.io/inject' : 'consul.hashicorp.com/connect-inject',
    ]
    return [
      {
        hop: service?.service ?? pod.pod,
        seen: [`${own} is kept from injection, and other workloads of these files are not`, seen],
        cause: `${own} runs without a sidecar`,
        sources: ['K'],
        object: { kind: 'Pod', name: pod.pod, field: mesh === 'istio' ? 'metadata.labels' : 'metadata.annotations' },
        fix: `${mesh === 'istio' ? 'label' : 'annotation'} ${other}: "true" in the template of ${own}`,
      },
    ]
  })
}

const isHttp = (port: ClusterFacts['services'][number]['port']): boolean =>
  /^(http|grpc)/.test(port?.appProtocol ?? port?.name ?? '')

/** TLV504 of files: a Service that leads nowhere. */
export function unservedByFiles({ declared }: ClusterFacts): Judgement[] {
  return (declared?.unserved ?? []).map(({ service, field, seen }): Judgement => {
    const call = declared?.calls.find((each) => each.service === service)
    return {
      hop: service,
      seen: [seen, ...(call === undefined ? [] : [`${call.at} names ${service}`])],
      cause: `a call of ${service} finds no endpoint`,
      sources: ['K'],
      object: { kind: 'Service', name: service, field },
      fix:
        field === 'spec.selector'
          ? `make spec.selector of Service ${service} a part of the labels in the template of its pods`
          : `name the port in the container, or give its number at ${field}`,
      ...(call === undefined && field === 'spec.selector' && { level: 'warning' }),
    }
  })
}

/** TLV506 of files: lists of permissions that nothing closes. */
export function openListsByFiles(
  { declared, consul }: ClusterFacts,
  isClosed: (list: Permissions) => boolean,
): Judgement[] {
  if (declared === undefined) return []
  return (consul?.intentions ?? []).flatMap(({ name, destination, sources }) =>
    sources.flatMap(({ source, permissions }, index): Judgement[] => {
      if (permissions.length === 0 || isClosed(permissions)) return []
      const field = `spec.sources[${index}].permissions`
      return [
        {
          hop: destination,
          seen: [`no permission of ServiceIntentions ${name} closes the list for ${source}`],
          cause: 'what the list does not name is left to the mesh’s default: under a default of allow, it is allowed',
          sources: ['C'],
          level: 'warning',
          object: { kind: 'ServiceIntentions', name, field },
          fix: `{action: deny, http: {pathPrefix: /}} as the last of ${field} in ${name}`,
        },
      ]
    }),
  )
}

type Permissions = NonNullable<ClusterFacts['consul']>['intentions'][number]['sources'][number]['permissions']
