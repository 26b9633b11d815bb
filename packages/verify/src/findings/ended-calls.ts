import type { Analysis, ProbePath } from '../evidence/analyse.ts'
import type { EnvoyFacts } from '../evidence/envoy-facts.ts'
import type { Span } from '../evidence/span.ts'
import type { SpanNode } from '../evidence/trace-forest.ts'
import { roleOf } from './support.ts'

/** A call of an app, in every probe that has it, at which the trace ends in two of them or more. */
export interface EndedCall {
  /** Service of the app. */
  app: string
  /** The app's CLIENT span, from one of the probes in which the trace ends there. */
  host: SpanNode
  /** The app's own sidecar, which traced the request that the app serves. */
  sidecar: { service: string; node: string }
  ended: ProbePath[]
  /** Probes in which the sidecar traced the call too, with its span on either side of the app. */
  continued: { inbound: Span; outbound: Span }[]
}

/**
 * Calls of apps behind a proxy that traced the request which caused them, and did not trace the call itself, nor did
 * anything behind it.
 */
export function endedCalls(analysis: Analysis): EndedCall[] {
  const calls = new Map<string, EndedCall>()
  for (const path of analysis.paths) {
    for (const host of path.nodes) {
      if (host.span.proxy || host.span.kind !== 'client') continue
      const inbound = sidecarAbove(host)
      if (inbound === undefined || inbound.node === null) continue
      const key = `${roleOf(host)} ${host.span.authority}`
      const sidecar = { service: inbound.service, node: inbound.node }
      const call = calls.get(key) ?? { app: host.span.service, host, sidecar, ended: [], continued: [] }
      calls.set(key, call)
      const outbound = host.children.find(({ span }) => span.proxy && span.node === inbound.node)
      if (outbound !== undefined) call.continued.push({ inbound, outbound: outbound.span })
      else if (host.children.length === 0 && host.linked.length === 0) {
        call.host = host
        call.ended.push(path)
      }
    }
  }
  return [...calls.values()].filter(({ ended }) => ended.length > 1)
}

/** The proxy's SERVER span that the app's own spans are below. */
function sidecarAbove({ span, parent }: SpanNode): Span | undefined {
  for (let above = parent; above !== null; above = above.parent) {
    if (above.span.proxy) return above.span.kind === 'server' ? above.span : undefined
    if (above.span.service !== span.service) return undefined
  }
  return undefined
}

/** The first release whose opentelemetry tracer overrules a sampled caller. */
const OVERRULES = { major: 1, minor: 39 }
const OVERRULING_TRACER = 'envoy.tracers.opentelemetry'

/** The Envoy of this node, where it decides again about requests that its caller samples; with its percentage. */
export function resamplingEnvoy(analysis: Analysis, node: string): { node: string; percent: number } | undefined {
  const envoy = analysis.evidence.envoys.find((facts) => facts.node === node)
  if (envoy === undefined || !overrules(envoy)) return undefined
  const outbound = envoy.listeners.filter(({ direction }) => direction !== 'inbound').flatMap(({ http }) => http)
  const percent = outbound.flatMap(({ tracer, randomSampling }) =>
    tracer === OVERRULING_TRACER && randomSampling !== null && randomSampling < 100 ? [randomSampling] : [],
  )
  return percent[0] === undefined ? undefined : { node, percent: percent[0] }
}

function overrules({ version }: EnvoyFacts): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > OVERRULES.major || (major === OVERRULES.major && minor >= OVERRULES.minor)
}
