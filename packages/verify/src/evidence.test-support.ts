import { EVIDENCE_SCHEMA, type Evidence } from './evidence/evidence.ts'
import type { Probe, ProbeKind } from './evidence/probe.ts'
import type { Span } from './evidence/span.ts'
import { planProbe, REPEAT_KINDS } from './probes/plan-probes.ts'

/** Two repeats of each kind of probe, one a second, answered with 200. */
export function sketchProbes(kinds: readonly ProbeKind[] = REPEAT_KINDS, repeats = 2): Probe[] {
  const plans = Array.from({ length: repeats }, (_, i) => kinds.map((kind) => planProbe(kind, i + 1))).flat()
  return plans.map(({ headers: _headers, ...plan }, index) => ({
    ...plan,
    startUs: 1_700_000_000_000_000 + index * 1_000_000,
    endUs: 1_700_000_000_050_000 + index * 1_000_000,
    status: 200,
    failure: null,
    words: null,
  }))
}

/** Evidence with only what a test needs. */
export function sketchEvidence(change: Partial<Evidence> = {}): Evidence {
  return {
    schema: EVIDENCE_SCHEMA,
    url: 'http://shop.local/cart',
    bypass: null,
    callerSendsNoUuid: false,
    probes: sketchProbes(),
    spans: [],
    backend: { kind: 'jaeger', searchable: true, failure: null },
    envoys: [],
    cluster: null,
    unseen: [],
    ...change,
  }
}

let ids = 0
export const newSpanId = (): string => (++ids).toString(16).padStart(16, '0')

/** A span of an app or, with a node, of a proxy; times in µs after `at`. */
export function sketchSpan(
  span: Partial<Span> & Pick<Span, 'traceId' | 'service' | 'kind' | 'startUs' | 'durationUs'>,
): Span {
  const proxy = span.node !== undefined && span.node !== null
  return {
    spanId: newSpanId(),
    parentId: null,
    proxy,
    name: proxy ? 'egress' : 'GET',
    status: 200,
    error: false,
    authority: span.kind === 'client' || proxy ? 'cart' : null,
    path: null,
    requestId: null,
    node: null,
    tracer: proxy ? 'opentelemetry' : null,
    cluster: null,
    flags: null,
    probe: null,
    language: proxy ? null : 'nodejs',
    ...span,
  }
}

/**
 * The spans of one request over frontend, its sidecar, cart's sidecar and cart, entered at frontend.
 *
 * @param cut the sidecars and cart are in another trace: frontend did not propagate the context
 */
export function sketchRequest(at: {
  traceId: string
  parentId: string | null
  startUs: number
  cut?: boolean
}): Span[] {
  const { traceId, parentId, startUs, cut = false } = at
  const behind = cut ? newSpanId().padStart(32, 'f') : traceId
  const server = sketchSpan({ traceId, parentId, service: 'frontend', kind: 'server', startUs, durationUs: 40_000 })
  const call = sketchSpan({
    traceId,
    parentId: server.spanId,
    service: 'frontend',
    kind: 'client',
    startUs: startUs + 1000,
    durationUs: 38_000,
  })
  const outbound = sketchSpan({
    traceId: behind,
    parentId: cut ? null : call.spanId,
    service: 'frontend-sidecar',
    node: 'frontend',
    kind: 'client',
    startUs: startUs + 5000,
    durationUs: 20_000,
  })
  const inbound = sketchSpan({
    traceId: behind,
    parentId: outbound.spanId,
    service: 'cart-sidecar',
    node: 'cart',
    kind: 'server',
    startUs: startUs + 6000,
    durationUs: 15_000,
  })
  const callee = sketchSpan({
    traceId: behind,
    parentId: inbound.spanId,
    service: 'cart',
    kind: 'server',
    startUs: startUs + 7000,
    durationUs: 5000,
  })
  return [server, call, outbound, inbound, callee]
}

/** Evidence with such a request for every sampled probe. */
export function sketchPath({ cut = false, more = [] as Span[] } = {}): Evidence {
  const probes = sketchProbes().filter(({ kind }) => kind !== 'w3c-unsampled')
  const spans = probes.flatMap((probe) => {
    const [context] = probe.contexts
    const traceId = context?.traceId ?? newSpanId().padStart(32, 'e')
    const [server, ...rest] = sketchRequest({ traceId, parentId: context?.spanId ?? null, startUs: probe.startUs, cut })
    return server === undefined ? [] : [{ ...server, probe: probe.nonce }, ...rest]
  })
  return sketchEvidence({ probes, spans: [...spans, ...more] })
}
