import {
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  defaultTextMapGetter,
  defaultTextMapSetter,
} from '@opentelemetry/api'
import { suppressTracing, TraceState } from '@opentelemetry/core'
import { describe, expect, it } from 'vitest'
import {
  getClientRequestId,
  getLinks,
  getRequestId,
  isSamplingDeferred,
  MeshPropagator,
  type MeshPropagatorOptions,
} from './mesh-propagator.ts'
import { writeContext } from '../outgoing.ts'

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN = 'e457b5a2e4d86bd1'
const CHILD = 'bbbbbbbbbbbbbbb1'
/** Sampled by Envoy: the third group begins with 9. */
const UUID = '9b2f1c04-7d3e-9a55-8f10-3c2a6b7d8e9f'
const UUID_4 = '9b2f1c04-7d3e-4a55-8f10-3c2a6b7d8e9f'

function extract(headers: Record<string, string | string[]>, options?: MeshPropagatorOptions) {
  return new MeshPropagator(options).extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
}

function inject(context: ReturnType<typeof extract>): Record<string, string> {
  const carrier: Record<string, string> = {}
  new MeshPropagator().inject(context, carrier, defaultTextMapSetter)
  return carrier
}

function withChild(context: ReturnType<typeof extract>, traceFlags = TraceFlags.SAMPLED) {
  const { traceId = TRACE, traceState } = trace.getSpanContext(context) ?? {}
  return trace.setSpanContext(context, { traceId, spanId: CHILD, traceFlags, ...(traceState && { traceState }) })
}

describe('MeshPropagator', () => {
  it('writes both formats, never b3, and marks the trace state with its span id', () => {
    const headers = inject(withChild(extract({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'foo=1,tl=p:x' })))
    expect(headers).toEqual({
      traceparent: `00-${TRACE}-${CHILD}-01`,
      tracestate: `tl=p:${CHILD},foo=1`,
      'x-b3-traceid': TRACE,
      'x-b3-spanid': CHILD,
      'x-b3-sampled': '1',
    })
  })

  it('writes a negative decision in both formats for an unsampled span', () => {
    const headers = inject(withChild(ROOT_CONTEXT, TraceFlags.NONE))
    expect(headers).toMatchObject({ traceparent: `00-${TRACE}-${CHILD}-00`, 'x-b3-sampled': '0' })
  })

  it('passes the random flag to the spans of its trace', () => {
    const context = withChild(extract({ traceparent: `00-${TRACE}-${SPAN}-03` }))
    expect(inject(context)['traceparent']).toBe(`00-${TRACE}-${CHILD}-03`)
    const unsampled = trace.setSpanContext(context, { traceId: '1'.repeat(32), spanId: CHILD, traceFlags: 0 })
    expect(inject(unsampled)['traceparent']).toMatch(/-00$/)
  })

  it('writes nothing while tracing is suppressed and for contexts that are not valid', () => {
    const context = withChild(extract({ baggage: 'a=1', 'x-request-id': UUID }))
    expect(inject(suppressTracing(context))).toEqual({})
    expect(inject(ROOT_CONTEXT)).toEqual({})
    const invalid = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE.toUpperCase(), spanId: CHILD, traceFlags: 1 })
    expect(inject(invalid)).toEqual({})
  })

  it('returns the same context without any valid header', () => {
    expect(extract({ host: 'counting', accept: '*/*' })).toBe(ROOT_CONTEXT)
    expect(new MeshPropagator().extract(ROOT_CONTEXT, undefined, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
  })

  it('chooses the context that a sidecar wrote last', () => {
    const headers = {
      traceparent: `00-${TRACE}-${SPAN}-01`,
      tracestate: `tl=p:${SPAN}`,
      'x-b3-traceid': TRACE,
      'x-b3-spanid': CHILD,
      'x-b3-parentspanid': SPAN,
      'x-b3-sampled': '1',
    }
    expect(trace.getSpanContext(extract(headers))).toEqual({
      traceId: TRACE,
      spanId: CHILD,
      traceFlags: 1,
      isRemote: true,
    })
  })

  it('keeps the context it did not choose as a link', () => {
    const other = '463ac35c9f6413ad48485a3953bb6124'
    const context = extract({ traceparent: `00-${TRACE}-${SPAN}-01`, b3: `${other}-${CHILD}-1` })
    expect(getLinks(context)).toMatchObject([{ context: { traceId: other, spanId: CHILD } }])
    expect(getLinks(ROOT_CONTEXT)).toEqual([])
  })

  it('forwards a UUID x-request-id through child spans and other context values', () => {
    const context = withChild(extract({ 'x-request-id': UUID })).setValue(Symbol('other'), 1)
    expect(getRequestId(context)).toBe(UUID)
    expect(inject(context)['x-request-id']).toBe(UUID)
  })

  it('keeps any other x-request-id for logs only, unless configured to forward it', () => {
    const context = extract({ 'x-request-id': 'job-17' })
    expect([getRequestId(context), getClientRequestId(context)]).toEqual([undefined, 'job-17'])
    expect(inject(withChild(context))).not.toHaveProperty('x-request-id')
    expect(getRequestId(extract({ 'x-request-id': 'job-17' }, { requestId: 'any' }))).toBe('job-17')
    expect(getClientRequestId(extract({ 'x-request-id': 'a\u001b[31mb' }))).toBeUndefined()
  })

  it('reads a baggage header as OpenTelemetry baggage and forwards it unchanged', () => {
    const context = extract({ baggage: 'user=J%C3%BCrgen;ttl=1, region=eu' })
    expect(propagation.getBaggage(context)?.getEntry('user')).toMatchObject({ value: 'Jürgen' })
    expect(propagation.getBaggage(context)?.getEntry('user')?.metadata?.toString()).toBe('ttl=1')
    expect(inject(context)).toEqual({ baggage: 'user=J%C3%BCrgen;ttl=1, region=eu' })
  })

  it('writes baggage that the application has changed', () => {
    const context = extract({ baggage: 'user=1,region=eu' })
    const changed = propagation.getBaggage(context)?.removeEntry('region').setEntry('tier', { value: 'a b' })
    expect(changed).toBeDefined()
    expect(changed && inject(propagation.setBaggage(context, changed))).toEqual({ baggage: 'user=1,tier=a%20b' })
  })

  it('lets the application remove span and baggage', () => {
    const context = withChild(extract({ traceparent: `00-${TRACE}-${SPAN}-01`, baggage: 'a=1' }))
    expect(inject(propagation.deleteBaggage(trace.deleteSpan(context)))).toEqual({})
  })

  it('checks the trace state of other implementations', () => {
    const traceState = new TraceState().set('foo', '1')
    const spanContext = { traceId: TRACE, spanId: CHILD, traceFlags: 1, traceState }
    expect(inject(trace.setSpanContext(ROOT_CONTEXT, spanContext))['tracestate']).toBe(`tl=p:${CHILD},foo=1`)
    const broken = { ...spanContext, traceState: { serialize: () => 'FOO=1' } as never }
    expect(inject(trace.setSpanContext(ROOT_CONTEXT, broken))['tracestate']).toBe(`tl=p:${CHILD}`)
  })

  it('marks a trace state once, even if it has a mark', () => {
    const context = extract({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'foo=1' })
    const traceState = trace.getSpanContext(context)?.traceState?.set('tl', 'p:x').set('bar', '2')
    const changed = { traceId: TRACE, spanId: CHILD, traceFlags: 1, ...(traceState && { traceState }) }
    expect(inject(trace.setSpanContext(context, changed))['tracestate']).toBe(`tl=p:${CHILD},bar=2,foo=1`)
    const stock = new TraceState().set('foo', '1').set('tl', 'p:x')
    const other = { ...changed, traceState: stock }
    expect(inject(trace.setSpanContext(ROOT_CONTEXT, other))['tracestate']).toBe(`tl=p:${CHILD},foo=1`)
    const headers: Record<string, string> = {}
    const outgoing = { traceId: TRACE, spanId: CHILD, sampled: true, random: false, tracestate: 'foo=1,tl=p:x' }
    writeContext(outgoing, headers, defaultTextMapSetter)
    expect(headers['tracestate']).toBe(`tl=p:${CHILD},foo=1`)
  })

  it('ignores two traceparent headers', () => {
    const traceparent = `00-${TRACE}-${SPAN}-01`
    expect(extract({ traceparent: [traceparent, traceparent] })).toBe(ROOT_CONTEXT)
    expect(trace.getSpanContext(extract({ traceparent: [traceparent] }))?.spanId).toBe(SPAN)
  })

  it('treats an open decision as sampled, reports it, and leaves it open without a span', () => {
    const context = extract({ 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN })
    expect(trace.getSpanContext(context)?.traceFlags).toBe(1)
    expect(isSamplingDeferred(context)).toBe(true)
    expect(inject(context)).toEqual({ 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN })
    expect(isSamplingDeferred(withChild(context))).toBe(false)
    expect(inject(withChild(context))).toMatchObject({ 'x-b3-sampled': '1' })
  })

  it('makes an unsampled parent from a "no" without ids, and leaves a "yes" to the sampler', () => {
    expect(trace.getSpanContext(extract({ b3: '0' }))).toMatchObject({ traceFlags: 0, isRemote: true })
    expect(inject(extract({ 'x-b3-sampled': '0' }))).toMatchObject({ 'x-b3-sampled': '0' })
    expect(trace.getSpanContext(extract({ b3: '1' }))).toBeUndefined()
  })

  it('starts a new trace at the edge: links the foreign trace and drops its baggage and decision', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, baggage: 'a=1', 'x-request-id': UUID_4 }
    const context = extract(headers, { edge: true })
    expect(trace.getSpanContext(context)).toBeUndefined()
    expect(getLinks(context)).toMatchObject([{ context: { traceId: TRACE, spanId: SPAN } }])
    expect(inject(context)).toEqual({ 'x-request-id': UUID_4 })
    expect(trace.getSpanContext(extract({ b3: '0' }, { edge: true }))).toBeUndefined()
  })

  it.each(['9', 'a', 'b', 'A'])('forwards no request id at the edge that makes Envoy trace: %s', (digit) => {
    const forcing = `9b2f1c04-7d3e-${digit}a55-8f10-3c2a6b7d8e9f`
    for (const requestId of ['uuid', 'any'] as const) {
      const context = extract({ 'x-request-id': forcing }, { edge: true, requestId })
      expect(getRequestId(context)).toBeUndefined()
      expect(getClientRequestId(context)).toBe(forcing)
    }
    expect(getRequestId(extract({ 'x-request-id': forcing }))).toBe(forcing)
    const odd = `${'x'.repeat(14)}${digit}${'x'.repeat(21)}`
    expect(getRequestId(extract({ 'x-request-id': odd }, { edge: true, requestId: 'any' }))).toBeUndefined()
  })

  it('changes no trace state while the parent id stays the same', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: `foo=1,tl=p:${'a'.repeat(16)}` }
    expect(inject(extract(headers))['tracestate']).toBe(headers.tracestate)
    expect(inject(extract({ traceparent: headers.traceparent }))).not.toHaveProperty('tracestate')
    expect(inject(withChild(extract(headers)))['tracestate']).toBe(`tl=p:${CHILD},foo=1`)
  })

  it('keeps a tl of another vendor in place', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'foo=1,tl=100' }
    expect(inject(extract(headers))['tracestate']).toBe('foo=1,tl=100')
    expect(inject(withChild(extract(headers)))['tracestate']).toBe('foo=1,tl=100')
    const stock = new TraceState('foo=1,tl=100')
    const other = { traceId: TRACE, spanId: CHILD, traceFlags: 1, traceState: stock }
    expect(inject(trace.setSpanContext(ROOT_CONTEXT, other))['tracestate']).toBe('foo=1,tl=100')
  })

  it('distinguishes an empty tracestate from none, whatever the getter returns', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, 'x-b3-traceid': TRACE, 'x-b3-sampled': '1' }
    const b3 = { 'x-b3-spanid': CHILD, 'x-b3-parentspanid': 'cccccccccccccccc' }
    for (const tracestate of ['', [''], ' , ']) {
      expect(trace.getSpanContext(extract({ ...headers, ...b3, tracestate }))?.spanId).toBe(SPAN)
    }
    expect(trace.getSpanContext(extract({ ...headers, ...b3 }))?.spanId).toBe(CHILD)
  })
})
