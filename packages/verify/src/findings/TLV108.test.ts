import { describe, expect, it } from 'vitest'
import { newSpanId, sketchEvidence, sketchProbes, sketchRequest, sketchSpan } from '../evidence.test-support.ts'
import type { EnvoyFacts } from '../evidence/envoy-facts.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { judge } from './judge.ts'

const OPENTELEMETRY = 'envoy.tracers.opentelemetry'

interface Sketch {
  /** Of twelve probes, those in which the trace ends at the app's call. */
  ended: number
  /** The id of the call, given that of the request. */
  renew?: (id: string) => string
  envoys?: EnvoyFacts[]
}

/** Requests that enter through frontend's sidecar. */
function sketch({ ended, renew = (id) => `${id}-renewed`, envoys = [] }: Sketch): Evidence {
  const probes = sketchProbes(['bare', 'w3c', 'b3', 'both', 'both-different', 'w3c-forced'])
  const spans = probes.flatMap((probe, index) => {
    const [context] = probe.contexts
    const traceId = context?.traceId ?? newSpanId().padStart(32, 'e')
    const requestId = `request-${index}`
    const proxy = sketchSpan({
      traceId,
      parentId: context?.spanId ?? null,
      service: 'frontend-sidecar',
      node: 'frontend',
      kind: 'server',
      startUs: probe.startUs,
      durationUs: 45_000,
      requestId,
      probe: probe.nonce,
    })
    const request = sketchRequest({ traceId, parentId: proxy.spanId, startUs: probe.startUs + 1000 })
    const behind = request.map((span) => (span.node === 'frontend' ? { ...span, requestId: renew(requestId) } : span))
    return [proxy, ...(index < ended ? behind.slice(0, 2) : behind)]
  })
  return sketchEvidence({ probes, spans, envoys })
}

const envoy = (version: string | null, tracer: string, randomSampling: number | null): EnvoyFacts => ({
  node: 'frontend',
  version,
  listeners: [
    { name: 'out', direction: 'outbound', ports: [], http: [{ tracer, randomSampling }], tcp: false, error: null },
  ],
  collectors: [],
  listenerUpdatesRejected: 0,
  rbacDenied: 0,
})

const found = (evidence: Evidence) => judge(evidence).findings.map(({ id, level, hop }) => `${id} ${level} ${hop}`)

describe('a request id that an app does not forward', () => {
  it('is a note where no span is lost', () => expect(found(sketch({ ended: 0 }))).toEqual(['TLV108 note frontend']))

  it.each([2, 5, 10])('is a warning where %i of 12 traces end at the call', (ended) => {
    expect(found(sketch({ ended }))).toEqual(['TLV108 warning frontend'])
  })

  it.each([1, 11])('stays a note where %i of 12 do: one may be late', (ended) => {
    expect(found(sketch({ ended })).filter((line) => line.includes('TLV108 warning'))).toEqual([])
  })

  it('is not the reason where the app forwards it', () => {
    expect(found(sketch({ ended: 5, renew: (id) => id })).filter((line) => /TLV108|TLV205/.test(line))).toEqual([])
  })

  it.each([
    ['1.39.0', 0],
    ['1.40.2', 1],
    ['2.0.1', 99.5],
  ])('is a warning where all end there, and Envoy %s samples %d %%', (version, percent) => {
    const evidence = sketch({ ended: 12, envoys: [envoy(version, OPENTELEMETRY, percent)] })
    expect(found(evidence)).toEqual(['TLV108 warning frontend'])
    expect(judge(evidence).findings[0]?.seen[1]).toContain(`samples ${percent} %`)
  })

  it.each([
    ['an Envoy that follows its caller', envoy('1.38.2', OPENTELEMETRY, 0)],
    ['a tracer that does', envoy('1.40.0', 'envoy.tracers.zipkin', 0)],
    ['one that samples all', envoy('1.40.0', OPENTELEMETRY, 100)],
    ['one that is not set to less', envoy('1.40.0', OPENTELEMETRY, null)],
    ['one of an unknown version', envoy(null, OPENTELEMETRY, 0)],
    ['the Envoy of another app', { ...envoy('1.40.0', OPENTELEMETRY, 0), node: 'cart' }],
  ])('can’t be told from a call out of the mesh by %s', (_title, facts) => {
    expect(found(sketch({ ended: 12, envoys: [facts] }))).toEqual(['TLV902 note frontend'])
  })
})
