import { b3App, bothApp, w3cApp } from './behaviours.ts'
import type { Fixture } from './fixture.ts'
import { b3, b3multi, composite, tracecontext } from './propagators.ts'

/** Situations caused by what apps and sidecars do to headers. */
export const propagationFixtures: Fixture[] = [
  {
    title: 'an SDK that reads context and injects none into calls',
    finding: 'TLV101',
    path: { frontend: { reads: tracecontext }, cart: w3cApp },
    storedSpans: true,
  },
  {
    title: 'an app without an SDK that copies no header',
    finding: 'TLV101',
    path: { frontend: { silent: true }, cart: w3cApp },
    storedSpans: true,
  },
  {
    title: 'an SDK without propagators',
    finding: 'TLV101',
    path: { frontend: {}, cart: w3cApp },
    storedSpans: true,
  },
  {
    title: 'a callee whose SDK reads no context',
    finding: 'TLV102',
    path: { frontend: w3cApp, cart: {} },
    storedSpans: true,
  },
  {
    title: 'W3C apps behind zipkin sidecars',
    finding: 'TLV103',
    path: { frontend: w3cApp, cart: w3cApp, tracing: { tracer: 'zipkin' } },
    storedSpans: true,
  },
  {
    title: 'B3 apps behind opentelemetry sidecars',
    finding: 'TLV103',
    path: { frontend: b3App, cart: b3App },
    storedSpans: true,
  },
  {
    title: 'W3C apps behind zipkin sidecars, entered at the app',
    finding: 'TLV103',
    path: { frontend: w3cApp, cart: w3cApp, tracing: { tracer: 'zipkin' }, entry: 'app' },
    storedSpans: true,
  },
  {
    title: 'propagators tracecontext,b3multi behind opentelemetry sidecars',
    finding: 'TLV104',
    path: { frontend: bothApp(tracecontext, b3multi), cart: bothApp(tracecontext, b3multi) },
    storedSpans: true,
  },
  {
    title: 'propagators b3multi,tracecontext behind zipkin sidecars',
    finding: 'TLV104',
    path: {
      frontend: bothApp(b3multi, tracecontext),
      cart: bothApp(b3multi, tracecontext),
      tracing: { tracer: 'zipkin' },
    },
    storedSpans: true,
  },
  {
    title: 'the single header b3 before Envoy 1.40',
    finding: 'TLV105',
    path: {
      frontend: { reads: b3, writes: b3 },
      cart: { reads: b3, writes: b3 },
      tracing: { tracer: 'zipkin' },
      runtime: { 'envoy.reloadable_features.zipkin_preserve_b3_single_header_format': false },
    },
    storedSpans: true,
  },
  {
    title: 'an SDK and a line of code both set traceparent',
    finding: 'TLV106',
    path: {
      frontend: {
        reads: composite(b3multi, tracecontext),
        writes: tracecontext,
        rewrite: (outgoing, { traceparent }) =>
          typeof traceparent === 'string'
            ? { ...outgoing, traceparent: [traceparent, String(outgoing['traceparent'])] }
            : outgoing,
      },
      cart: w3cApp,
      entry: 'app',
    },
    storedSpans: true,
  },
  {
    title: 'an empty traceparent for callers that send none',
    finding: 'TLV107',
    path: {
      frontend: {
        ...bothApp(b3multi, tracecontext),
        rewrite: (outgoing, { traceparent }) =>
          traceparent === undefined ? { ...outgoing, traceparent: '' } : outgoing,
      },
      cart: bothApp(b3multi, tracecontext),
      entry: 'app',
    },
    storedSpans: true,
  },
  {
    title: 'an app that sends half of the trace id',
    finding: 'TLV109',
    path: {
      frontend: {
        ...b3App,
        rewrite: (outgoing) => ({ ...outgoing, 'x-b3-traceid': String(outgoing['x-b3-traceid']).slice(-16) }),
      },
      cart: b3App,
      tracing: { tracer: 'zipkin' },
    },
    storedSpans: true,
  },
  {
    title: 'an app that keeps the context of its first request',
    finding: 'TLV110',
    path: { frontend: { ...w3cApp, leaks: true }, cart: w3cApp },
    storedSpans: true,
  },
]
