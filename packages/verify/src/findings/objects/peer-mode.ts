import type { IstioFacts, ObjectName, PeerAuthenticationFacts } from '../../evidence/cluster-facts.ts'
import type { ObjectLine } from '../finding.ts'

export interface PeerMode {
  mode: 'STRICT' | 'PERMISSIVE' | 'DISABLE'
  /** Null: nothing sets it, so it is Istio's default, PERMISSIVE. */
  object: ObjectLine | null
}

const WIDTH: Record<PeerAuthenticationFacts['scope'], number> = { workload: 0, namespace: 1, mesh: 2 }

/** How a pod takes connections at a port: the narrowest PeerAuthentication that sets it, a port before all ports. */
export function peerMode({ peerAuthentications }: IstioFacts, pod: ObjectName, port: number | null): PeerMode {
  const applying = peerAuthentications
    .filter(({ pods }) => pods.includes(pod))
    .toSorted((a, b) => WIDTH[a.scope] - WIDTH[b.scope])
  for (const { name, scope, mode, ports } of applying) {
    const own = scope === 'workload' && port !== null ? ports[`${port}`] : undefined
    const set = [
      { value: own, field: `spec.portLevelMtls["${port}"].mode` },
      { value: mode, field: 'spec.mtls.mode' },
    ].find(({ value }) => value === 'STRICT' || value === 'PERMISSIVE' || value === 'DISABLE')
    if (set !== undefined) {
      return {
        mode: set.value as PeerMode['mode'],
        object: { kind: 'PeerAuthentication', name, field: set.field },
      }
    }
  }
  return { mode: 'PERMISSIVE', object: null }
}
