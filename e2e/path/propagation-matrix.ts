import { expectChain, pollUntil, type RecordedRequest } from '@throughline/lab-testkit'
import type { JaegerTrace } from '@throughline/trace-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Carrier, carriers, stockPropagators, tracers } from './matrix.ts'
import { type Rig, type Sent, startRig } from '../support/propagation-rig.ts'
import { callerOf, carriedTraceIds, contextsIn, headersOf } from '../support/received.ts'
import { expectShareOfTen } from '../support/expect-share.ts'
import { type RequestShape, shapeOf } from '../support/request-shape.ts'
import { formats, type SidecarTreatment, treatmentOf } from '../support/sidecar-headers.ts'

type Tracer = (typeof tracers)[number]

/** What the caller sends. Only B3 without a sampling state leaves the decision to the next hop. */
const callers = {
  'not sampled': (traceId: string, spanId: string) => ({ traceparent: `00-${traceId}-${spanId}-00` }),
  sampled: (traceId: string, spanId: string) => ({ traceparent: `00-${traceId}-${spanId}-01` }),
  deferred: (traceId: string, spanId: string) => ({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId }),
}

/** OpenTelemetry's and Datadog's tracers don't read B3. */
const readsB3 = (tracer: Tracer): boolean => tracer === 'zipkin' || tracer === 'zipkin-w3c'

const control = ['freshest-wins', ...stockPropagators] as const
const carrierNames = Object.keys(carriers) as Carrier[]
const tenPercent = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }
const REQUESTS_AT_TEN_PERCENT = 200

const pairs = {
  ...Object.fromEntries(carrierNames.map((name) => [name, { env: carriers[name] }])),
  'diagnostics at 10 %': { env: { ...carriers.diagnostics, ...tenPercent } },
  'stock at 10 %': { env: { ...carriers.stock, ...tenPercent } },
  'hint b3': { env: { TRACE_CONTEXT_HINT: 'b3' } },
  ...Object.fromEntries(
    control.map((name) => {
      const propagators = name === 'freshest-wins' ? '' : name
      return [name, { env: { ...carriers.stock, OTEL_PROPAGATORS: propagators }, named: true }]
    }),
  ),
}

/** Every carrier under every tracer, through these Envoys: a minute for each, so their files share it out. */
export function testPropagation(envoys: readonly string[]): void {
  describe.each(envoys)('Envoy %s', (envoy) => {
    let rig: Rig
    const measured: Record<
      string,
      { sidecars: Record<string, SidecarTreatment>; propagators: Record<string, RequestShape> }
    > = {}

    beforeAll(async () => {
      rig = await startRig(envoy, pairs)
    }, 180_000)
    afterAll(() => rig?.[Symbol.asyncDispose]())

    const traceOf = (traceId: string): JaegerTrace =>
      rig.store.trace(traceId) ?? { traceID: traceId, spans: [], processes: {} }
    const eventually = <T>(what: string, fn: () => T | undefined) => pollUntil(fn, { what, deadline: 15_000 })

    /** The sidecars' two spans, the only ones in their trace: counting's is the child of dashboard's. */
    const sidecarSpans = (traceId: string, callerSpanId: string | undefined, tracer: Tracer) =>
      eventually(`the sidecars' spans of trace ${traceId}`, () => {
        const { spans } = traceOf(traceId)
        if (tracer === 'none') return spans.length === 0 ? [] : undefined
        const outbound = spans.find((span) => span.references[0]?.spanID === callerSpanId)
        const inbound = spans.find((span) => span.references[0]?.spanID === outbound?.spanID)
        return spans.length === 2 && outbound && inbound ? [outbound, inbound] : undefined
      })

    describe.each(tracers)('tracer %s', (tracer) => {
      const sent = {} as Record<Carrier, Record<keyof typeof callers | 'deferred by the app', Sent>>
      const inFormat: Record<string, Sent> = {}
      const controlled = {} as Record<(typeof control)[number], Sent>

      beforeAll(async () => {
        await rig.tracing(tracer)
        for (const name of carrierNames) {
          sent[name] = {
            // This comes first: once later spans have arrived, its own would have, too.
            'not sampled': await rig.send(name, 'app', callers['not sampled']),
            'deferred by the app': await rig.send(name, 'app', callers.deferred),
            deferred: await rig.send(name, 'listener', callers.deferred),
            sampled: await rig.send(name, 'app', callers.sampled),
          }
        }
        for (const name of control) controlled[name] = await rig.send(name, 'app')
        for (const [format, headers] of Object.entries(formats)) {
          inFormat[format] = await rig.send('SDK off', 'listener', headers)
        }
      }, 60_000)

      /** The sampled request, whole: three more were sent before it. */
      const expectSampled = async (name: Carrier): Promise<void> => {
        const { traceId, spanId, received } = sent[name].sampled
        if (name === 'SDK off') return expectCarried(received, { traceId, spanId })
        await eventually(`a whole trace ${traceId}`, () =>
          expectChain(traceOf(traceId), { entry: 'app', tracer, callerSpanId: spanId }),
        )
      }

      /** Without an SDK: counting is called by its own sidecar, and would continue that one trace. */
      const expectCarried = async (
        received: RecordedRequest,
        { traceId, spanId }: { traceId: string; spanId: string | undefined },
      ): Promise<void> => {
        const [, inbound] = await sidecarSpans(traceId, spanId, tracer)
        expect(callerOf(received)?.context).toMatchObject({ traceId, spanId: inbound?.spanID ?? spanId })
        expect(carriedTraceIds(received)).toEqual([traceId])
      }

      it.each(carrierNames)('%s, sampled: counting is the child of its own sidecar', async (name) => {
        await expectSampled(name)
        const named = contextsIn(headersOf(sent[name].sampled.received))
        expect(new Set(named.map(({ traceId }) => traceId))).toEqual(new Set([sent[name].sampled.traceId]))
        // Without an SDK the caller's span and its tracestate are forwarded.
        if (name === 'SDK off') return
        expect(headersOf(sent[name].sampled.received)['tracestate']).toMatch(/(^|,)tl=p:[0-9a-f]{16}$/)
      })

      it.each(carrierNames)('%s, not sampled: no span, and counting receives the trace with flags 00', async (name) => {
        await expectSampled(name)
        const { traceId, received } = sent[name]['not sampled']
        expect(traceOf(traceId).spans).toEqual([])
        expect(headersOf(received)['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
        for (const context of contextsIn(headersOf(received)))
          expect(context).toMatchObject({ traceId, sampled: false })
      })

      it.each(carrierNames)('%s, deferred at the sidecar: the sidecar decides', async (name) => {
        const { traceId, spanId, received } = sent[name].deferred
        const caller = callerOf(received)
        // A sidecar that can't read the caller's B3 begins a trace, and the caller's becomes a link.
        const [id, callerSpanId] =
          tracer === 'none' || readsB3(tracer) ? [traceId, spanId] : [caller?.context.traceId ?? '', undefined]
        const notChosen = id === traceId ? [] : [{ traceId, spanId }]
        expect(caller?.links).toMatchObject(notChosen)
        expect(caller?.context.sampled).toBe(tracer === 'none' ? undefined : true)
        if (name === 'SDK off') return expectCarried(received, { traceId: id, spanId: callerSpanId })
        const spans = await eventually(`a whole trace ${id}`, () =>
          expectChain(traceOf(id), { entry: 'upstream-listener', tracer, ...(callerSpanId && { callerSpanId }) }),
        )
        const links = spans.countingServer?.references.filter(({ refType }) => refType === 'FOLLOWS_FROM')
        // OpenTelemetry's own http instrumentation takes no links.
        expect(links?.map((link) => link.traceID)).toEqual(
          name === 'stock' ? [] : notChosen.map((context) => context.traceId),
        )
      })

      it.each(carrierNames)('%s, deferred at the app: the first hop that can decides', async (name) => {
        const { traceId, spanId, received } = sent[name]['deferred by the app']
        if (name === 'SDK off') {
          const own = tracer !== 'none' && !readsB3(tracer)
          const id = own ? (callerOf(received)?.context.traceId ?? '') : traceId
          return expectCarried(received, { traceId: id, spanId: own ? undefined : spanId })
        }
        await eventually(`a whole trace ${traceId}`, () =>
          expectChain(traceOf(traceId), { entry: 'app', tracer, callerSpanId: spanId }),
        )
      })

      it.each(['diagnostics', 'stock'])('%s, 10 % in the services: every recorded trace is whole', async (name) => {
        const ids: string[] = []
        for (let i = 0; i < REQUESTS_AT_TEN_PERCENT; i += 1) {
          ids.push((await rig.send(`${name} at 10 %`, 'app')).reportedTraceId ?? '')
        }
        const last = await rig.send(`${name} at 10 %`, 'app', callers.sampled)
        await eventually('the last trace', () =>
          expectChain(traceOf(last.traceId), { entry: 'app', tracer, callerSpanId: last.spanId }),
        )
        expectShareOfTen(ids.map(traceOf), (trace) => expectChain(trace, { entry: 'app', tracer }))
      })

      // Without a tracer only counting itself decides.
      const sidecarsThatDecide = tracer === 'none' ? [] : ['dashboard-sidecar']
      it.each(sidecarsThatDecide)('10 % in %s: every recorded trace is whole', async () => {
        const requests: Sent[] = []
        for (let i = 0; i < REQUESTS_AT_TEN_PERCENT; i += 1) {
          requests.push(await rig.send('diagnostics', 'listener at 10 %', callers.deferred))
        }
        const decided = requests.map((request) => ({ ...request, context: callerOf(request.received)?.context }))
        const sampled = decided.filter(({ context }) => context?.sampled)
        const whole = (request: (typeof decided)[number]) => {
          const callerSpanId = readsB3(tracer) ? request.spanId : undefined
          return expectChain(traceOf(request.context?.traceId ?? ''), {
            entry: 'upstream-listener',
            tracer,
            ...(callerSpanId && { callerSpanId }),
          })
        }
        for (const request of sampled) await eventually('a trace that was sampled', () => whole(request))
        expect(sampled.length).toBeGreaterThan(2)
        expect(sampled.length).toBeLessThan(50)
        for (const { context } of decided.filter((request) => !request.context?.sampled)) {
          expect(context?.sampled).toBe(false)
          expect(traceOf(context?.traceId ?? '').spans).toEqual([])
        }
      })

      // A zipkin sidecar doesn't read it and begins a trace of its own; headers don't show which of the two continues.
      it.each(tracer === 'zipkin' ? ['diagnostics', 'hint b3'] : [])(
        "%s, a foreign traceparent: one trace continues, the other becomes counting's link",
        async (name) => {
          const { traceId, spanId, received } = await rig.send(name, 'listener', callers.sampled)
          const own = headersOf(received)['x-b3-traceid'] ?? ''
          const sidecars = name === 'hint b3' ? [] : await sidecarSpans(own, undefined, tracer)
          const chosen = { diagnostics: traceId, 'hint b3': own }[name] ?? ''
          const expectation = name === 'hint b3' ? { tracer } : { tracer: 'none', callerSpanId: spanId }
          const { countingServer } = await eventually(`counting's span in trace ${chosen}`, () =>
            expectChain(traceOf(chosen), { entry: 'upstream-listener', ...expectation }),
          )
          expect(sidecars).toHaveLength(name === 'hint b3' ? 0 : 2)
          expect(countingServer?.references.filter(({ refType }) => refType === 'FOLLOWS_FROM')).toMatchObject([
            { traceID: name === 'hint b3' ? traceId : own },
          ])
        },
      )

      it('measures the sidecars and OpenTelemetry’s own propagators', async () => {
        const propagators: Record<string, RequestShape> = {}
        const sidecars: Record<string, SidecarTreatment> = {}
        for (const [format, request] of Object.entries(inFormat)) {
          const expected = { format, spans: tracer === 'none' ? 0 : 2 }
          sidecars[format] = await eventually(`both spans for ${format}`, () =>
            treatmentOf(rig.store, request, expected),
          )
        }
        for (const name of control) {
          const expected = { serviceName: name, spans: tracer === 'none' ? 3 : 5 }
          propagators[name] = await eventually(`all of ${name}`, () => shapeOf(rig.store, controlled[name], expected))
        }
        measured[tracer] = { sidecars, propagators }
        expect(propagators['freshest-wins']).toEqual(
          tracer === 'none'
            ? { counting: 'client', traces: 1 }
            : {
                'dashboard sidecar': 'client',
                'counting sidecar': 'dashboard sidecar',
                counting: 'counting sidecar',
                traces: 1,
              },
        )
      })
    })

    it('the sidecars and the propagators match the recorded measurements', async () => {
      expect(Object.keys(measured)).toEqual([...tracers])
      const record = `${JSON.stringify({ envoy, tracers: measured }, undefined, 2)}\n`
      await expect(record).toMatchFileSnapshot(`../../docs/reference/data/envoy-${envoy}.json`)
    })
  })
}
