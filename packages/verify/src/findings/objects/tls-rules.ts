import type { ClusterFacts, PodFacts, ServiceFacts, TlsRuleFacts } from '../../evidence/cluster-facts.ts'
import type { ObjectLine } from '../finding.ts'
import { podsOf } from './calls.ts'
import { nameWorkload } from './declared-calls.ts'
import { peerMode } from './peer-mode.ts'

/** A DestinationRule and what it leads to do not speak the same. */
export interface TlsMismatch {
  service: ServiceFacts
  rule: string
  /** What the callee's side says. */
  end: string
  cause: string
  object: ObjectLine
}

/** Every Service whose callers are told to speak what it does not. */
export function tlsMismatches(cluster: ClusterFacts): TlsMismatch[] {
  return (cluster.istio?.tls ?? []).flatMap((rule) =>
    cluster.services
      .filter(
        ({ service, port }) => rule.services.includes(service) && (rule.port === null || port?.port === rule.port),
      )
      .flatMap((service) => {
        const ends = podsOf(cluster, service).flatMap((pod) => disagreement(cluster, { pod, rule, service }) ?? [])
        return ends[0] === undefined ? [] : [describe(rule, service, ends[0])]
      })
      .slice(0, 1),
  )
}

function describe({ name, field, mode }: TlsRuleFacts, service: ServiceFacts, end: string): TlsMismatch {
  const host = service.service
  return {
    service,
    rule: `DestinationRule ${name} has callers of ${host} use tls.mode ${mode}`,
    end,
    cause:
      mode === 'DISABLE'
        ? `the caller’s sidecar sends plain text, and ${host} takes mutual TLS only`
        : `the caller’s sidecar speaks TLS, and ${host} takes plain text only`,
    object: { kind: 'DestinationRule', name, field },
  }
}

function disagreement(
  { istio, declared }: ClusterFacts,
  { pod, rule, service }: { pod: PodFacts; rule: TlsRuleFacts; service: ServiceFacts },
): string | undefined {
  const peer = istio === null ? undefined : peerMode(istio, pod.pod, service.port?.target ?? null)
  const says = peer?.object ? `${peer.object.kind} ${peer.object.name} ${peer.object.field} is ${peer.mode}` : undefined
  if (rule.mode === 'DISABLE') return pod.sidecar === 'istio' && peer?.mode === 'STRICT' ? says : undefined
  // What SIMPLE and MUTUAL lead to, an app may speak itself.
  if (rule.mode !== 'ISTIO_MUTUAL') return undefined
  if (pod.sidecar === null && !pod.ambient) {
    return `${declared === undefined ? `pod ${pod.pod}` : nameWorkload(declared, pod)} has no sidecar`
  }
  return peer?.mode === 'DISABLE' ? says : undefined
}
