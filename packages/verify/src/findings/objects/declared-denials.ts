import type { ClusterFacts } from '../../evidence/cluster-facts.ts'
import type { Judgement, ObjectLine } from '../finding.ts'
import { evaluateAuthorization } from './authorization.ts'
import { podsOf } from './calls.ts'
import { callsOf, type JudgedCall, nameWorkload } from './declared-calls.ts'
import { evaluateIntentions } from './intentions.ts'
import { opaquePort } from './port-protocol.ts'

export interface Denial {
  judged: JudgedCall
  object: ObjectLine
  /** The rule is on connections: the port is one of bytes. */
  reset: boolean
}

/** Calls that files name and rules of the same files deny. */
export function declaredDenials(cluster: ClusterFacts): Denial[] {
  return callsOf(cluster).flatMap((judged) => {
    const object = denyOf(cluster, judged)
    const reset = opaquePort(cluster, judged.service) !== undefined
    return object === null ? [] : [{ judged, object, reset }]
  })
}

function denyOf({ istio, consul }: ClusterFacts, { call, caller, callee, service }: JudgedCall): ObjectLine | null {
  const { path } = call
  if (callee.sidecar === 'istio' && istio !== null) {
    const identity = caller.sidecar === 'istio' ? caller.identity : null
    const request = { identity, path, port: service.port?.target ?? null }
    const { verdict, object } = evaluateAuthorization(istio.authorizationPolicies, callee.pod, request)
    return verdict === 'denied' ? object : null
  }
  const [source, destination] = [caller.consulService, callee.consulService]
  if (callee.sidecar !== 'consul' || consul === null || source === null || destination === null) return null
  const { verdict, object } = evaluateIntentions(consul.intentions, { source, destination, path })
  return verdict === 'denied' ? object : null
}

/** TLV501 of files: a call that is denied; or, as a warning, a Service that no one may call. */
export function deniedByFiles(cluster: ClusterFacts): Judgement[] {
  const { declared, istio } = cluster
  if (declared === undefined) return []
  const denials = declaredDenials(cluster).filter(({ reset }) => !reset)
  const named = new Set(denials.map(({ judged }) => judged.service.service))
  const closed = cluster.services.flatMap((service): Judgement[] => {
    const [pod] = podsOf(cluster, service).filter(({ sidecar }) => sidecar === 'istio')
    if (istio === null || pod === undefined || named.has(service.service)) return []
    const anyone = { identity: null, path: null, port: service.port?.target ?? null }
    const { verdict, object } = evaluateAuthorization(istio.authorizationPolicies, pod.pod, anyone)
    if (verdict !== 'denied' || object === null) return []
    named.add(service.service)
    return [
      {
        hop: service.service,
        seen: [
          `${object.kind} ${object.name} allows no caller of ${service.service}, and no other rule of these files does`,
        ],
        cause: `the sidecar of ${nameWorkload(declared, pod)} denies every call`,
        sources: ['C', 'K'],
        level: 'warning',
        object,
      },
    ]
  })
  return [
    ...denials.map(({ judged: { call, caller, callee }, object }): Judgement => {
      const who = callee.sidecar === 'istio' ? `cluster.local/${caller.identity}` : (caller.consulService ?? '')
      return {
        hop: call.service,
        seen: [
          `${call.at} names ${call.service}`,
          `${object.kind} ${object.name} denies ${nameWorkload(declared, caller)} the call`,
        ],
        cause: `the sidecar of ${nameWorkload(declared, callee)} answers 403 to ${nameWorkload(declared, caller)}`,
        sources: ['K', 'C'],
        object,
        fix: `let ${object.kind} ${object.name} (${object.field}) allow ${who}, or remove what denies it`,
      }
    }),
    ...closed,
  ]
}
