import { describe, expect, it } from 'vitest'
import { newSpanId, sketchEvidence, sketchPath, sketchSpan } from '../evidence.test-support.ts'
import type { EnvoyFacts } from '../evidence/envoy-facts.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { judge } from './judge.ts'

const found = (evidence: Evidence) =>
  judge(evidence).findings.map(({ id, level, suspected }) => `${id} ${suspected ? 'suspected' : level}`)
const otherTrace = (): string => newSpanId().padStart(32, 'b')
const at = { startUs: 1_700_000_000_900_000, durationUs: 1000 }

const envoy = (change: Partial<EnvoyFacts>): EnvoyFacts => ({
  node: 'cart',
  version: '1.40.0',
  listeners: [
    {
      name: 'inbound',
      direction: 'inbound',
      http: [{ tracer: null, randomSampling: null }],
      ports: [],
      tcp: false,
      error: null,
    },
  ],
  collectors: [],
  listenerUpdatesRejected: 0,
  rbacDenied: 0,
  ...change,
})

/** A path on which cart's sidecar left no span. */
function withoutCartSidecar(): Evidence {
  const evidence = sketchPath()
  const lost = new Map(evidence.spans.filter(({ node }) => node === 'cart').map((span) => [span.spanId, span.parentId]))
  const spans = evidence.spans
    .filter(({ spanId }) => !lost.has(spanId))
    .map((span) => ({ ...span, parentId: lost.get(span.parentId ?? '') ?? span.parentId }))
  return { ...evidence, spans }
}

describe('the facts that an Envoy reports', () => {
  it('a proxy without a tracer that left no span has none (TLV301)', () => {
    expect(found({ ...withoutCartSidecar(), envoys: [envoy({})] })).toEqual(['TLV301 error'])
  })

  it('has the tracer of its bootstrap where it left spans without one in a listener', () => {
    expect(found({ ...sketchPath(), envoys: [envoy({})] })).toEqual([])
  })

  it('a listener that was refused explains why there is no tracer (TLV303)', () => {
    const [listener] = envoy({}).listeners
    if (listener === undefined) throw new Error('the sketch has no listener')
    const listeners = [{ ...listener, error: 'unknown cluster collector' }]
    const evidence = { ...withoutCartSidecar(), envoys: [envoy({ listeners, listenerUpdatesRejected: 1 })] }
    expect(found(evidence)).toEqual(['TLV303 error'])
    expect(judge(evidence).findings[0]?.seen[0]).toContain('unknown cluster collector')
  })
})

describe('notes', () => {
  it('callers whose own spans are elsewhere (TLV308)', () => {
    const more = Array.from({ length: 3 }, () =>
      sketchSpan({ ...at, traceId: otherTrace(), parentId: '00000000000000ff', service: 'frontend', kind: 'server' }),
    )
    expect(found(sketchPath({ more }))).toEqual(['TLV308 note'])
    expect(found(sketchPath({ more: more.slice(1) }))).toEqual([])
  })

  it('a gateway with one span for both of its sides (TLV403)', () => {
    const evidence = sketchPath()
    const spans = evidence.spans.map((span) => (span.node === 'frontend' ? { ...span, kind: 'server' as const } : span))
    expect(found({ ...evidence, spans })).toContain('TLV403 note')
  })

  it('an export of spans that is traced itself (TLV405)', () => {
    const more = ['collector:4318', 'collector'].map((authority) =>
      sketchSpan({
        ...at,
        traceId: otherTrace(),
        service: 'frontend-sidecar',
        node: 'frontend',
        kind: 'client',
        authority,
        path: '/v1/traces',
      }),
    )
    expect(found(sketchPath({ more }))).toEqual(['TLV405 note'])
  })

  it('never report an error for an empty path', () => {
    expect(found(sketchEvidence({ probes: [] }))).toEqual([])
  })
})
