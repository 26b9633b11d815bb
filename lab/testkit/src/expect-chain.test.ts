import assert from 'node:assert'

import { describe, expect, it } from 'vitest'

import { makeTrace, pathOf, type SpanSketch, TRACE_ID } from './chain.test-support.ts'
import { expectChain } from './expect-chain.ts'
import type { ChainExpectation } from './expected-chain.ts'

const app: ChainExpectation = { entry: 'app', tracer: 'opentelemetry' }
const five = pathOf('server', 'client', 'outbound', 'inbound', 'count')

const change = (id: string, fields: Partial<SpanSketch>): SpanSketch[] =>
  five.map((span) => (span.id === id ? { ...span, ...fields } : span))

function failure(spans: readonly SpanSketch[], options = app): string {
  try {
    expectChain(makeTrace(spans), options)
  } catch (error) {
    if (error instanceof assert.AssertionError) return error.message
    throw error
  }
  return 'it passed'
}

describe('expectChain', () => {
  it.each<[number, ChainExpectation, string[]]>([
    [5, app, ['server', 'client', 'outbound', 'inbound', 'count']],
    [5, { entry: 'app', tracer: 'zipkin' }, ['server', 'client', 'outbound', 'inbound', 'count']],
    [6, { ...app, entry: 'inbound-sidecar' }, ['in', 'server', 'client', 'outbound', 'inbound', 'count']],
    [3, { ...app, entry: 'upstream-listener' }, ['outbound', 'inbound', 'count']],
    [3, { entry: 'app', tracer: 'none' }, ['server', 'client', 'count']],
    [3, { entry: 'inbound-sidecar', tracer: 'none' }, ['server', 'client', 'count']],
    [1, { entry: 'upstream-listener', tracer: 'none' }, ['count']],
    [4, { ...app, denied: true }, ['server', 'client', 'outbound', 'inbound']],
    [2, { ...app, entry: 'upstream-listener', denied: true }, ['outbound', 'inbound']],
    [2, { entry: 'app', tracer: 'none', denied: true }, ['server', 'client']],
  ])('accepts the %i spans of %j', (count, options, ids) => {
    const chain = expectChain(makeTrace(pathOf(...ids).toReversed()), options)
    expect(Object.values(chain).map((span) => span.spanID)).toEqual(ids)
    expect(ids).toHaveLength(count)
  })

  it('returns the spans by role', () => {
    const { dashboardSidecar, countingServer, dashboardInboundSidecar } = expectChain(makeTrace(five), app)
    expect([dashboardSidecar?.spanID, countingServer?.spanID]).toEqual(['outbound', 'count'])
    expect(dashboardInboundSidecar).toBeUndefined()
  })

  it.each(five.map((span) => span.id))('fails without the span %s', (missing) => {
    expect(failure(five.filter((span) => span.id !== missing))).toContain('no such span in the trace')
  })

  it('names the edge that is broken when a sidecar reports nothing', () => {
    const spans = pathOf('server', 'client', 'outbound', 'count')
    expect(failure(spans)).toContain('first wrong edge: sidecar CLIENT -> sidecar SERVER\n  no such span in the trace')
  })

  it('names the wrong parent of a span', () => {
    expect(failure(change('count', { parent: 'outbound' }))).toContain(
      'first wrong edge: sidecar SERVER -> counting SERVER\n  counting SERVER count is a child of dashboard CLIENT (sidecar) outbound',
    )
  })

  it('fails on a parent that is not in the trace', () => {
    expect(failure(change('inbound', { parent: 'lost' }))).toContain('has a parent that is not in the trace, lost')
    expect(failure(change('server', { parent: 'lost' }))).toContain('first wrong edge: root -> dashboard SERVER')
  })

  it("accepts the caller's span as the parent of the first one, and no other", () => {
    const continued = change('server', { parent: 'caller' })
    expect(failure(continued, { ...app, callerSpanId: 'caller' })).toBe('it passed')
    expect(failure(continued, { ...app, callerSpanId: 'another' })).toContain('root -> dashboard SERVER')
    expect(failure(five, { ...app, callerSpanId: 'caller' })).toContain('dashboard SERVER server has no parent')
  })

  it('fails on a second root, in the chain and beside it', () => {
    const [{ parent: _, ...rootless }] = five.slice(-1) as [SpanSketch]
    expect(failure([...five.slice(0, -1), rootless])).toContain('counting SERVER count has no parent')
    expect(failure([...five, { id: 'other', process: 'count', kind: 'internal' }])).toContain(
      'span too many: counting INTERNAL other has no parent',
    )
  })

  it('fails on an extra span, and on two for one role', () => {
    expect(failure([...five, { id: 'more', parent: 'count', process: 'count', kind: 'internal' }])).toContain(
      'span too many: counting INTERNAL more is a child of counting SERVER count',
    )
    expect(failure([...five, { id: 'retry', parent: 'client', process: 'dashProxy', kind: 'client' }])).toContain(
      '2 spans fit: dashboard CLIENT (sidecar) outbound, dashboard CLIENT (sidecar) retry',
    )
  })

  it('fails on a wrong kind', () => {
    expect(failure(change('outbound', { kind: 'server' }))).toContain('dashboard CLIENT -> sidecar CLIENT')
  })

  it('fails on an app span of the wrong service', () => {
    expect(failure(change('server', { process: 'count' }))).toContain('root -> dashboard SERVER')
  })

  it("tells a sidecar's span from an app's, whatever the service is named", () => {
    expect(failure(change('client', { process: 'dashProxy' }))).toContain('dashboard SERVER -> dashboard CLIENT')
    expect(failure(change('inbound', { process: 'count' }))).toContain('sidecar CLIENT -> sidecar SERVER')
  })

  it('fails on two sidecars that report one shared span id', () => {
    expect(failure(change('inbound', { id: 'outbound', parent: 'client' }))).toContain(
      'sidecar CLIENT -> sidecar SERVER',
    )
  })

  it('fails on a span of another trace', () => {
    const trace = makeTrace(five)
    const spans = trace.spans.map((span, index) => (index === 2 ? { ...span, traceID: 'other' } : span))
    expect(() => expectChain({ ...trace, spans }, app)).toThrow('is of trace other')
  })

  it('fails on a span of counting despite a denial, and on sidecar spans without a tracer', () => {
    expect(failure(five, { ...app, denied: true })).toContain('span too many: counting SERVER count')
    expect(failure(five, { entry: 'app', tracer: 'none' })).toContain('first wrong edge: dashboard CLIENT -> counting')
  })

  it('fails on an empty trace', () => {
    expect(failure([])).toContain('(no spans)')
  })

  it('draws what was found beside what was expected', () => {
    expect(failure(change('count', { parent: 'client' }))).toBe(
      [
        `trace ${TRACE_ID} is not the chain of entry app, tracer opentelemetry`,
        'first wrong edge: sidecar SERVER -> counting SERVER',
        '  counting SERVER count is a child of dashboard CLIENT client',
        '',
        '  expected                       found',
        '',
        '  dashboard SERVER               dashboard SERVER server',
        '  └─ dashboard CLIENT            └─ dashboard CLIENT client',
        '     └─ sidecar CLIENT              ├─ dashboard CLIENT (sidecar) outbound',
        '        └─ sidecar SERVER           │  └─ counting.default SERVER (sidecar) inbound',
        '           └─ counting SERVER       └─ counting SERVER count',
      ].join('\n'),
    )
  })
})
