import type { ClusterFacts, DeclaredCall, DeclaredFacts, PodFacts, ServiceFacts } from '../../evidence/cluster-facts.ts'
import { podsOf } from './calls.ts'

/** A call that files name, with what they say about both of its ends. */
export interface JudgedCall {
  call: DeclaredCall
  caller: PodFacts
  /** A pod of the called Service. */
  callee: PodFacts
  /** The called port. */
  service: ServiceFacts
}

/** Calls between two workloads of the files; none where objects were read from a cluster. */
export function callsOf(cluster: ClusterFacts | null): JudgedCall[] {
  if (cluster?.declared === undefined) return []
  return cluster.declared.calls.flatMap((call) => {
    const ports = cluster.services.filter(({ service }) => service === call.service)
    const service = ports.find(({ port }) => call.port !== null && port?.port === call.port) ?? ports[0]
    const caller = cluster.pods.find(({ pod }) => pod === call.caller)
    const callee = service && podsOf(cluster, service)[0]
    if (service === undefined || caller === undefined || callee === undefined || caller === callee) return []
    return [{ call, caller, callee, service }]
  })
}

/** Why a port is known to be one of HTTP; undefined where nothing says so. */
export function signOfHttp({ calls, http }: DeclaredFacts, { service, port }: ServiceFacts): string | undefined {
  const call = calls.find((each) => each.http && each.service === service && each.port === port?.port)
  if (call !== undefined) return `${call.at} is a URL of HTTP at port ${call.port}`
  return http.find((each) => each.service === service && each.port === port?.port)?.sign
}

/** `Deployment shop/cart` for the pod that its template describes. */
export function nameWorkload({ workloads }: DeclaredFacts, { pod }: PodFacts): string {
  const workload = workloads[pod]
  return workload === undefined ? pod : `${workload.kind} ${workload.name}`
}
