import { describe, expect, it } from 'vitest'
import {
  newSpanId,
  sketchEvidence,
  sketchPath,
  sketchProbes,
  sketchRequest,
  sketchSpan,
} from '../evidence.test-support.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { Span } from '../evidence/span.ts'
import { catalogue } from './catalogue.ts'
import { judge } from './judge.ts'

const summary = (evidence: Evidence) =>
  judge(evidence).findings.map(({ id, level, suspected }) => `${id} ${suspected ? 'suspected' : level}`)

describe('judge', () => {
  it('finds nothing on a whole path', () => {
    expect(summary(sketchPath())).toEqual([])
  })

  it('names the app that propagates nothing, with the evidence and the fix for its language', () => {
    const [finding] = judge(sketchPath({ cut: true })).findings
    expect(finding).toMatchObject({ id: 'TLV101', hop: 'frontend', level: 'error', suspected: false })
    expect(finding?.seen[0]).toMatch(
      /^frontend’s CLIENT span \(38\.0 ms\) contains a separate trace: .*10 of 10 probes$/,
    )
    expect(finding?.fixes[0]).toMatchObject({ language: 'nodejs' })
    expect(finding?.fixes.some(({ language }) => language === 'python')).toBe(false)
  })

  it('is sure when overlapping requests have fragments with calls of their own', () => {
    const evidence = sketchPath({ cut: true })
    const others = evidence.probes.flatMap(({ startUs }) =>
      [2000, 4000, 6000].flatMap((later) =>
        sketchRequest({ traceId: newSpanId().padStart(32, 'd'), parentId: null, startUs: startUs + later, cut: true }),
      ),
    )
    expect(summary({ ...evidence, spans: [...evidence.spans, ...others] })).toEqual(['TLV101 error'])
  })

  it('only suspects when a fitting fragment may be from a caller that reports nothing', () => {
    const evidence = sketchPath({ cut: true })
    const strangers = evidence.probes.map(({ startUs }) =>
      sketchSpan({
        traceId: newSpanId().padStart(32, 'c'),
        service: 'frontend-sidecar',
        node: 'frontend',
        kind: 'client',
        startUs: startUs + 8000,
        durationUs: 9000,
      }),
    )
    const { findings } = judge({ ...evidence, spans: [...evidence.spans, ...strangers] })
    expect(findings.map(({ id, suspected }) => [id, suspected])).toEqual([['TLV101', true]])
    expect(findings[0]?.decides).toMatch(/overlap/)
  })

  it.each([
    ['reports it: the proxies sample nothing on their own', true, ['TLV201 warning']],
    ['does not report it: bare probes can’t be told from other requests', false, []],
  ])('without spans of bare probes, when the first proxy sees the probe and %s', (_, reported, expected) => {
    const evidence = sketchPath()
    const spans = evidence.probes.flatMap(({ contexts: [context], startUs, nonce }) => {
      if (context === undefined) return []
      const { traceId, spanId: parentId } = context
      const [, , outbound, ...behind] = sketchRequest({ traceId, parentId, startUs })
      return outbound === undefined ? [] : [{ ...outbound, parentId, probe: reported ? nonce : null }, ...behind]
    })
    expect(summary({ ...evidence, spans })).toEqual(expected)
  })

  it('does not take the calls of overlapping requests for those of an app that reports nothing', () => {
    const evidence = sketchPath()
    const silent = (at: { traceId: string; parentId: string | null; startUs: number }): Span[] => {
      const { traceId, startUs } = at
      const proxy = { traceId, service: 'frontend-sidecar', node: 'frontend' }
      const inbound = sketchSpan({ ...proxy, kind: 'server', startUs, durationUs: 40_000, parentId: at.parentId })
      const [, , outbound, ...behind] = sketchRequest({ traceId, parentId: null, startUs })
      return outbound === undefined ? [] : [inbound, { ...outbound, parentId: newSpanId() }, ...behind]
    }
    const probes = evidence.probes.filter(({ contexts }) => contexts.length > 0)
    const spans = probes.flatMap(({ contexts: [context], startUs }) => {
      const own = context === undefined ? [] : silent({ ...context, parentId: context.spanId, startUs })
      const overlapping = [-3000, 3000, 6000].flatMap((later) =>
        silent({ traceId: newSpanId().padStart(32, 'd'), parentId: null, startUs: startUs + later }),
      )
      return [...own, ...overlapping]
    })
    expect(summary({ ...evidence, probes, spans })).toEqual(['TLV305 error'])
  })

  it('only suspects what only probes of one format show', () => {
    const evidence = sketchPath({ cut: true })
    const w3cOnly = evidence.probes.filter(({ kind }) => kind === 'w3c' || kind === 'w3c-forced')
    expect(summary({ ...evidence, probes: w3cOnly })).toContain('TLV101 suspected')
  })

  it('reports nothing for a hop that breaks in some probes only', () => {
    const cut = sketchPath({ cut: true })
    const whole = sketchPath()
    const mixed = sketchEvidence({ probes: [...cut.probes, ...whole.probes], spans: [...cut.spans, ...whole.spans] })
    expect(summary(mixed)).toEqual([])
  })

  it('ignores a fragment of another authority or path, or one that outlasts the call', () => {
    const evidence = sketchPath({ cut: true })
    for (const change of [{ authority: 'stock' }, { path: '/other' }, { durationUs: 90_000 }]) {
      const spans = evidence.spans.map((span) =>
        span.proxy ? { ...span, ...change } : span.kind === 'client' ? { ...span, path: '/item' } : span,
      )
      expect(summary({ ...evidence, spans })).not.toContain('TLV101 error')
    }
  })

  it('reports missing spans, silent proxies and an unreachable backend', () => {
    expect(summary(sketchEvidence())).toEqual(['TLV902 note'])
    const evidence = sketchPath()
    expect(summary({ ...evidence, spans: evidence.spans.filter(({ proxy }) => !proxy) })).toContain('TLV902 note')
    const down = sketchEvidence({ backend: { kind: 'jaeger', searchable: true, failure: 'connection refused' } })
    expect(summary(down)).toEqual(['TLV901 note'])
    const unanswered = sketchProbes().map((probe) => ({ ...probe, status: null, failure: 'ECONNREFUSED' }))
    expect(judge(sketchEvidence({ probes: unanswered })).findings[0]?.seen[0]).toContain('ECONNREFUSED')
  })

  it.each([
    [[302], 'every answer was 302, a redirect, which is not followed: give the URL that it leads to'],
    [[307], 'every answer was 307, a redirect, which is not followed: give the URL that it leads to'],
    [[404], 'every answer was 404'],
    [[503], 'every answer was 503'],
    [[200], undefined],
    [[302, 200], undefined],
    [[302, 404], undefined],
  ])('says of probes that left no span and were answered %j: %s', (statuses, said) => {
    const probes = sketchProbes().map((probe, at) => ({ ...probe, status: statuses[at % statuses.length] ?? 0 }))
    const [finding] = judge(sketchEvidence({ probes })).findings
    expect(finding?.id).toBe('TLV902')
    expect(finding?.seen.filter((line) => line.includes('answer'))).toEqual(said === undefined ? [] : [said])
  })

  it('reports that a backend without search can’t show fragments', () => {
    const evidence = sketchPath()
    const backend = { kind: 'tempo', searchable: false, failure: null }
    expect(summary({ ...evidence, backend })).toEqual(['TLV901 note'])
  })

  it('is a pure function: the same evidence gives the same findings', () => {
    const evidence = sketchPath({ cut: true })
    const before = structuredClone(evidence)
    const first = judge(evidence).findings
    expect(evidence).toEqual(before)
    expect(judge(evidence).findings).toEqual(first)
  })

  it('survives spans that are their own ancestors, and ids that are shared', () => {
    const loop = { traceId: 'ab'.repeat(16), service: 'a', kind: 'server' as const, startUs: 1, durationUs: 1 }
    const spans = [
      sketchSpan({ ...loop, spanId: '00000000000000aa', parentId: '00000000000000bb' }),
      sketchSpan({ ...loop, spanId: '00000000000000bb', parentId: '00000000000000aa' }),
      sketchSpan({ ...loop, spanId: '00000000000000cc', parentId: '00000000000000cc' }),
    ]
    expect(summary(sketchPath({ more: spans }))).toEqual([])
  })
})

describe('the catalogue', () => {
  it('has each id once, with a title, a proof, an explanation and a fix', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length)
    for (const { title, proof, explanation, fixes } of catalogue) {
      expect([title, proof, ...explanation, ...fixes.map(({ text }) => text)].every((text) => text.length > 10)).toBe(
        true,
      )
      expect(fixes[0]?.text).toBeTruthy()
    }
  })

  it('supersedes only ids that it contains', () => {
    const ids = new Set(catalogue.map(({ id }) => id))
    for (const { supersedes = [] } of catalogue) for (const { id } of supersedes) expect(ids).toContain(id)
  })
})
