import { describe, expect, it } from 'vitest'
import { newSpanId, sketchEvidence, sketchProbes, sketchRequest } from '../evidence.test-support.ts'
import { analyse } from '../evidence/analyse.ts'
import type { Probe } from '../evidence/probe.ts'
import { TLV107 } from './TLV107.ts'

interface Sketch {
  isLost: (probe: Probe) => boolean
  /** Default 5. */
  repeats?: number
  /** The callee continues the trace of a call whose proxies are missing; default true. */
  isJoined?: boolean
}

/** Requests whose proxies are missing where `isLost` says so. */
function judgeLosses({ isLost, repeats = 5, isJoined = true }: Sketch): string[] {
  const probes = sketchProbes(['bare', 'w3c', 'b3', 'both', 'w3c-forced'], repeats)
  const spans = probes.flatMap((probe) => {
    const [context] = probe.contexts
    const traceId = context?.traceId ?? newSpanId().padStart(32, 'e')
    const request = sketchRequest({ traceId, parentId: context?.spanId ?? null, startUs: probe.startUs })
    const [server, call, ...rest] = request.map((span, index) => (index === 0 ? { ...span, probe: probe.nonce } : span))
    const callee = rest.at(-1)
    if (server === undefined || call === undefined || callee === undefined) return []
    if (!isLost(probe)) return [server, call, ...rest]
    return isJoined ? [server, call, { ...callee, parentId: call.spanId }] : [server, call]
  })
  return TLV107.judge(analyse(sketchEvidence({ probes, spans }))).map(({ hop }) => hop)
}

describe('proxies that vanish', () => {
  const always: [title: string, isLost: Sketch['isLost']][] = [
    ['without a context', ({ kind }) => kind === 'bare'],
    ['with B3 only', ({ kind }) => kind === 'b3'],
    ['with W3C only', ({ kind }) => kind.startsWith('w3c')],
  ]
  it.each(always)('%s can’t parse what the app sends then', (_, isLost) => {
    expect(judgeLosses({ isLost })).toEqual(['frontend'])
    expect(judgeLosses({ isLost, repeats: 2 })).toEqual(['frontend'])
  })

  it.each(always)('%s, and the callee with them, may do so by chance unless often repeated', (_, isLost) => {
    expect(judgeLosses({ isLost, isJoined: false, repeats: 2 })).toEqual([])
    expect(judgeLosses({ isLost, isJoined: false })).toEqual(['frontend'])
  })

  it.each<[title: string, isLost: Sketch['isLost']]>([
    ['in some probes of a format', ({ kind, repeat }) => kind === 'b3' || (kind === 'both' && repeat > 3)],
    ['in most probes of a format', ({ kind, repeat }) => kind === 'bare' || (kind === 'w3c' && repeat > 1)],
    ['in one probe of a format', ({ kind, repeat }) => kind === 'b3' && repeat !== 5],
    ['in all probes', () => true],
  ])('%s are sampled, or away, and not such a case', (_, isLost) => {
    expect(judgeLosses({ isLost })).toEqual([])
  })
})
