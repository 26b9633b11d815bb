import { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { forwardHeaders } from '../src/index.ts'
import { getRequestId, MeshPropagator } from '../src/otel/mesh-propagator.ts'
import { baggageMembers, hostileHeaders, spanId, traceId, traceparent, tracestate } from './arbitraries.ts'

/** Number of cases, time limit and seed, so that a failure can be repeated. CI runs more cases. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 20_000)
const LIMIT_MS = Number(process.env['PROPERTY_SECONDS'] ?? 60) * 1000
const settings = (share: number) => ({
  seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_123),
  numRuns: Math.ceil(RUNS * share),
  interruptAfterTimeLimit: LIMIT_MS * share,
  endOnFailure: true,
})

vi.setConfig({ testTimeout: LIMIT_MS + 20_000 })

const mesh = new MeshPropagator()

function inject(propagator: { inject: MeshPropagator['inject'] }, context = ROOT_CONTEXT): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return carrier
}

/** The valid form of each outgoing header, defined independently of the code that writes it. */
const VALID_OUTGOING: Record<string, RegExp> = {
  traceparent: /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/,
  tracestate: /^(?:(?:^|,)[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~]){1,32}$/,
  'x-b3-traceid': /^(?!0+$)([0-9a-f]{16}|[0-9a-f]{32})$/,
  'x-b3-spanid': /^(?!0+$)[0-9a-f]{16}$/,
  'x-b3-sampled': /^[01]$/,
  baggage: /^[\t -~]{1,8192}$/,
  'x-request-id': /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
  'x-datadog-trace-id': /^[1-9]?[0-9]{1,19}$/,
  'x-datadog-parent-id': /^[1-9]?[0-9]{1,19}$/,
  sw8: /^[01](?:-[A-Za-z0-9+/=]+){2}-[0-9]+(?:-[A-Za-z0-9+/=]+){4}$/,
  'uber-trace-id': /^[!-~]{1,2048}$/,
  'uberctx-user': /^[!-~]{1,2048}$/,
}

function problems(headers: Record<string, string>): string[] {
  const { traceparent: w3c, 'x-b3-traceid': b3 = '', 'x-b3-spanid': span = '' } = headers
  const wrong = Object.entries(headers).filter(([name, value]) => !(VALID_OUTGOING[name] ?? /^(?!)/).test(value))
  const torn = w3c !== undefined && !w3c.startsWith(`00-${b3.padStart(32, '0')}-${span}-`)
  return [...wrong.map((header) => header.join(': ')), ...(torn ? [`${w3c} beside ${b3} ${span}`] : [])]
}

describe('whatever the headers', () => {
  it('nothing is thrown, nothing invalid is forwarded, and the result is stable', () => {
    fc.assert(
      fc.property(hostileHeaders, fc.constantFrom('auto', 'w3c', 'b3'), (headers, hint) => {
        const sent = forwardHeaders(headers, { hint })
        expect(problems(sent)).toEqual([])
        expect(forwardHeaders(sent, { hint })).toEqual(sent)
        const context = new MeshPropagator({ hint }).extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
        propagation.getBaggage(context)?.getAllEntries()
        const injected = inject(mesh, context)
        expect(problems(injected)).toEqual([])
        const decisionOnly = sent['x-b3-traceid'] === undefined
        expect(decisionOnly || injected['x-b3-spanid'] === sent['x-b3-spanid']).toBe(true)
      }),
      settings(0.7),
    )
  })

  it('time grows no faster than their length', () => {
    const pieces = [
      ' ',
      '\t',
      ',',
      '=',
      '-',
      '%',
      ';',
      'a',
      '0',
      'a=1,',
      'a= ,',
      'a=1;',
      '00-',
      'k=v , ',
      'ü',
      '\ud800',
    ]
    const names = [
      'traceparent',
      'tracestate',
      'b3',
      'x-b3-traceid',
      'x-b3-sampled',
      'baggage',
      'x-request-id',
      'x-datadog-tags',
      'sw8',
      'x-amzn-trace-id',
      'uberctx-user',
    ]
    const valid = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` }
    const slow = pieces.flatMap((piece) => {
      const value = piece.repeat(Math.ceil(65_536 / piece.length))
      const start = performance.now()
      for (const name of names) forwardHeaders({ ...valid, [name]: value, 'x-b3-spanid': value })
      const took = performance.now() - start
      return took > 250 ? [`${JSON.stringify(piece)} took ${took} ms`] : []
    })
    expect(slow).toEqual([])
  })
})

describe('valid contexts', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(traceId, spanId, fc.constantFrom(0, 1), tracestate, fc.uuid(), baggageMembers, (...drawn) => {
        const [trace_, span, traceFlags, list, requestId, members] = drawn
        const incoming = {
          traceparent: `00-${trace_}-${'1'.repeat(16)}-00`,
          tracestate: list,
          'x-request-id': requestId,
        }
        const base = mesh.extract(ROOT_CONTEXT, incoming, defaultTextMapGetter)
        const traceState = trace.getSpanContext(base)?.traceState
        const spanContext = { traceId: trace_, spanId: span, traceFlags, ...(traceState && { traceState }) }
        const baggage = propagation.createBaggage(Object.fromEntries(members.map(([key, value]) => [key, { value }])))
        const sent = inject(mesh, propagation.setBaggage(trace.setSpanContext(base, spanContext), baggage))
        const received = mesh.extract(ROOT_CONTEXT, sent, defaultTextMapGetter)
        expect(trace.getSpanContext(received)).toMatchObject({
          traceId: trace_,
          spanId: span,
          traceFlags,
          isRemote: true,
        })
        expect(trace.getSpanContext(received)?.traceState?.serialize() ?? '').toBe(list)
        expect(getRequestId(received)).toBe(requestId)
        expect(propagation.getBaggage(received)?.getAllEntries() ?? []).toEqual(baggage.getAllEntries())
      }),
      settings(0.1),
    )
  })
})

describe('OpenTelemetry, where it is right, and this package', () => {
  const w3c = new W3CTraceContextPropagator()
  const idsOf = (propagator: Pick<MeshPropagator, 'extract'>, headers: Record<string, string>) => {
    const {
      traceId: id,
      spanId: span,
      traceFlags = 0,
    } = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)) ?? {}
    return id === undefined ? undefined : { id, span, sampled: traceFlags & 1 }
  }

  it('read the same from any traceparent', () => {
    const nearly = fc.tuple(
      traceparent,
      fc.nat({ max: 60 }),
      fc.constantFrom('', '0', 'g', '-', 'A'),
      fc.nat({ max: 1 }),
    )
    fc.assert(
      fc.property(nearly, ([value, at, char, gone]) => {
        const header = value.slice(0, at) + char + value.slice(at + gone)
        expect(idsOf(mesh, { traceparent: header })).toEqual(idsOf(w3c, { traceparent: header }))
      }),
      settings(0.1),
    )
  })

  it('read each other’s B3', () => {
    fc.assert(
      fc.property(traceId, spanId, fc.constantFrom(0, 1), (id, span, traceFlags) => {
        const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: id, spanId: span, traceFlags })
        const wanted = { id, span, sampled: traceFlags }
        for (const injectEncoding of [B3InjectEncoding.SINGLE_HEADER, B3InjectEncoding.MULTI_HEADER]) {
          expect(idsOf(mesh, inject(new B3Propagator({ injectEncoding }), context))).toEqual(wanted)
        }
        const { traceparent: _w3c, tracestate: _list, ...b3 } = inject(mesh, context)
        expect(idsOf(new B3Propagator(), b3)).toEqual(wanted)
      }),
      settings(0.05),
    )
  })

  it('read each other’s baggage', () => {
    const stock = new W3CBaggagePropagator()
    const entriesOf = (propagator: Pick<MeshPropagator, 'extract'>, headers: Record<string, string>) =>
      propagation.getBaggage(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter))?.getAllEntries() ?? []
    fc.assert(
      fc.property(baggageMembers, (drawn) => {
        // The stock propagator loses a member of this name.
        const members = drawn.filter(([key]) => key !== '__proto__')
        const baggage = propagation.createBaggage(Object.fromEntries(members.map(([key, value]) => [key, { value }])))
        const context = propagation.setBaggage(ROOT_CONTEXT, baggage)
        expect(entriesOf(mesh, inject(stock, context))).toEqual(baggage.getAllEntries())
        expect(entriesOf(stock, inject(mesh, context))).toEqual(baggage.getAllEntries())
      }),
      settings(0.05),
    )
  })
})
