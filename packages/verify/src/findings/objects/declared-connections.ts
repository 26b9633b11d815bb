import type { ClusterFacts } from '../../evidence/cluster-facts.ts'
import type { Judgement } from '../finding.ts'
import { callsOf, nameWorkload } from './declared-calls.ts'
import { declaredDenials } from './declared-denials.ts'
import { peerMode } from './peer-mode.ts'

/** TLV502 of files: connections that the callee's sidecar closes. */
export function resetByFiles(cluster: ClusterFacts): Judgement[] {
  const { declared, istio } = cluster
  if (declared === undefined) return []
  const strict = callsOf(cluster).flatMap(({ call, caller, callee, service }): Judgement[] => {
    const isPlain = caller.sidecar === null && !caller.ambient && callee.sidecar === 'istio'
    if (istio === null || !isPlain) return []
    const { mode, object } = peerMode(istio, callee.pod, service.port?.target ?? null)
    if (mode !== 'STRICT' || object === null) return []
    return [
      {
        hop: call.service,
        seen: [
          `${call.at} names ${call.service}, which takes mutual TLS only`,
          `${nameWorkload(declared, caller)} has no sidecar`,
        ],
        cause: `the sidecar of ${nameWorkload(declared, callee)} refuses the plain text of ${nameWorkload(declared, caller)}`,
        sources: ['K', 'C'],
        object,
        fix: `give ${nameWorkload(declared, caller)} a sidecar; PERMISSIVE would open ${call.service} to every caller`,
      },
    ]
  })
  const denied = declaredDenials(cluster)
    .filter(({ reset }) => reset)
    .map(({ judged: { call, caller, callee }, object }): Judgement => ({
      hop: call.service,
      seen: [
        `${call.at} names ${call.service}`,
        `${object.kind} ${object.name} denies ${nameWorkload(declared, caller)} the connection`,
      ],
      cause: `the sidecar of ${nameWorkload(declared, callee)} closes connections that its rules do not allow`,
      sources: ['K', 'C'],
      object,
    }))
  return [...strict, ...denied]
}
