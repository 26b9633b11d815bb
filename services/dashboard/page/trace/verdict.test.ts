import { describe, expect, it } from 'vitest'
import { parseTrace } from './parse-trace.js'
import { buildTraceModel } from './trace-model.js'
import { type SpanSketch, toAnswer, wholeChain } from './trace-sketch.test-support.ts'
import { doSidecarsTrace, verdictOf } from './verdict.js'

function model(sketches: SpanSketch[], options = {}) {
  const trace = parseTrace(toAnswer(sketches, options))
  if (trace === undefined) throw new Error('the fixture is not a trace')
  return buildTraceModel(trace)
}
const without = (...ids: string[]) => wholeChain.filter(({ id }) => !ids.includes(id))
/** As the applications leave it where no sidecar takes part. */
const apps = without('b1', 'c1').map((span) => (span.id === 'd1' ? { ...span, parent: 'a2' } : span))
const proxies = without('a1', 'a2', 'd1').map((span) => {
  const { parent, ...root } = span
  return span.id === 'b1' ? root : { ...root, parent: parent ?? '' }
})
const known = { state: 'connected', complete: true, sidecarsTrace: true, appSpans: true, ownService: false } as const
const word = (sketches: SpanSketch[], change = {}) => verdictOf(model(sketches), { ...known, ...change }).word

describe('the word for a trace', () => {
  it.each<[string, SpanSketch[], object, string]>([
    ['every hop', wholeChain, {}, 'Unbroken'],
    ['a denied call, up to the sidecar that denied it', without('d1'), { state: 'denied' }, 'Unbroken'],
    ['the applications alone, where sidecars trace (TCP, a bypass, another format)', apps, {}, 'Apps only'],
    ['the same, of a call whose outcome is not known', apps, { state: null }, 'Apps only'],
    ['a denied call that no sidecar recorded', without('b1', 'c1', 'd1'), { state: 'denied' }, 'Apps only'],
    ['the applications alone, without sidecars or with their tracer off', apps, { sidecarsTrace: false }, 'Unbroken'],
    ['a call that ended in front of its sidecar', without('b1', 'c1', 'd1'), { state: 'unreachable' }, 'Unbroken'],
    ['a gap', without('b1'), {}, 'Broken'],
    ['a gap that may still be filled', without('b1'), { complete: false }, 'Arriving'],
    ['applications whose sidecars may still report', apps, { complete: false }, 'Arriving'],
    ['a whole trace that may still grow', wholeChain, { complete: false }, 'Unbroken'],
    ['applications that have no sidecars to wait for', apps, { complete: false, sidecarsTrace: false }, 'Unbroken'],
    ['a service of the user without spans', without('d1'), { ownService: true }, 'Unbroken up to your service'],
    ['the same, past no sidecar', without('b1', 'c1', 'd1'), { ownService: true }, 'Apps only'],
    ['a service of the user with spans', wholeChain, { ownService: true }, 'Unbroken'],
    ['what sidecars record of a caller that propagates nothing', proxies, { state: null }, 'Begins at a sidecar'],
    ['the same, where applications report no spans', proxies, { appSpans: false }, 'Unbroken'],
    ['a sidecar in front of the first application', inFront(), {}, 'Unbroken'],
  ])('fits %s', (_what, sketches, change, expected) => {
    expect(word(sketches, change)).toBe(expected)
  })

  it('has a tone, and says what it leaves open', () => {
    const verdict = (sketches: SpanSketch[], change = {}) => verdictOf(model(sketches), { ...known, ...change })
    expect(verdict(apps)).toMatchObject({ tone: 'open', note: expect.stringMatching(/^No sidecar left a span/) })
    expect(verdict(proxies)).toMatchObject({ tone: 'open', note: expect.stringMatching(/^What called this sidecar/) })
    expect(verdict(wholeChain)).toEqual({ tone: 'whole', word: 'Unbroken', note: '' })
    expect(verdict(without('b1')).tone).toBe('broken')
    expect(verdict(without('b1'), { complete: false }).tone).toBe('arriving')
  })
})

describe('whether sidecars trace', () => {
  const sidecars = [{ name: 's', nodeId: null, state: 'ready' as const, reason: null, restarts: 0, restartsInMs: null }]
  it.each([
    ['yes, as the mesh says', { tracer: 'zipkin', sidecars }, false, true],
    ['no, as the mesh says, whatever was seen before', { tracer: 'none', sidecars }, true, false],
    ['no, as the mesh has none', { tracer: 'zipkin', sidecars: [] }, false, false],
    ['yes, as seen, where no mesh reports', null, true, true],
    ['not known to, where no mesh reports', null, false, false],
  ])('%s', (_what, mesh, seen, expected) => {
    expect(doSidecarsTrace(mesh, seen)).toBe(expected)
  })
})

/** A request of the browser that entered through a sidecar. */
function inFront(): SpanSketch[] {
  const entry = { id: 'e1', service: 'dashboard-sidecar', proxy: true, kind: 'server', start: 0, duration: 1100 }
  return [entry, ...wholeChain.map((span) => (span.id === 'a1' ? { ...span, parent: 'e1' } : span))]
}
