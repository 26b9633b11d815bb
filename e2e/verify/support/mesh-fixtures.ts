import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base'
import { b3App, carriesRequestId, w3cApp } from './behaviours.ts'
import type { Fixture } from './fixture.ts'

/** The gateway decides in x-request-id, which stock apps drop. */
const sampledAtGateway = {
  frontend: w3cApp,
  cart: w3cApp,
  gateway: true,
  gatewayTracing: { tracer: 'opentelemetry' },
} as const

/** Situations caused by sampling, proxies, rules and addresses. */
export const meshFixtures: Fixture[] = [
  {
    title: 'zipkin sidecars that sample nothing on their own',
    finding: 'TLV201',
    path: { frontend: b3App, cart: b3App, tracing: { tracer: 'zipkin', sampling: 0 } },
  },
  {
    title: 'opentelemetry sidecars that overrule a sampled caller',
    finding: 'TLV202',
    path: {
      frontend: { ...w3cApp, rewrite: carriesRequestId },
      cart: w3cApp,
      tracing: { tracer: 'opentelemetry', sampling: 0 },
    },
  },
  {
    title: 'opentelemetry sidecars that overrule the first app',
    finding: 'TLV202',
    path: {
      frontend: { ...w3cApp, rewrite: carriesRequestId },
      cart: w3cApp,
      tracing: { tracer: 'opentelemetry', sampling: 0 },
      entry: 'app',
    },
  },
  {
    title: 'a caller whose request ids are no UUIDs',
    finding: 'TLV203',
    path: { frontend: w3cApp, cart: w3cApp },
    headers: { 'x-request-id': 'order-4711' },
  },
  {
    title: 'a gateway that samples all, half of what an app calls is dropped again',
    finding: 'TLV108',
    path: { ...sampledAtGateway, tracing: { tracer: 'opentelemetry', sampling: 50 } },
    storedSpans: true,
  },
  {
    title: 'a gateway that samples all, everything that an app calls is dropped again',
    finding: 'TLV108',
    path: { ...sampledAtGateway, tracing: { tracer: 'opentelemetry', sampling: 0 } },
    envoys: true,
  },
  {
    title: 'an edge that marks every request as not sampled',
    finding: 'TLV204',
    path: { frontend: w3cApp, cart: w3cApp },
    edge: true,
  },
  {
    title: 'a sampler that ignores the caller',
    finding: 'TLV205',
    path: { frontend: w3cApp, cart: { ...w3cApp, sampler: new TraceIdRatioBasedSampler(0.5) } },
    storedSpans: true,
  },
  {
    title: 'a sidecar without a tracer',
    finding: 'TLV301',
    path: { frontend: w3cApp, cart: w3cApp, cartTracing: { tracer: 'none' } },
    envoys: true,
  },
  {
    title: 'a sidecar whose collector does not listen',
    finding: 'TLV302',
    path: {
      frontend: w3cApp,
      cart: w3cApp,
      cartCollectors: { otlp: '127.0.0.1:1', zipkin: '127.0.0.1:1' },
    },
    envoys: true,
  },
  {
    title: 'a sidecar that refuses its tracer, because it has no such collector',
    finding: 'TLV303',
    path: {
      frontend: w3cApp,
      cart: w3cApp,
      cartTracing: { tracer: 'none' },
      cartRefuses: { tracer: 'zipkin', unknownCollector: true },
    },
    envoys: true,
  },
  {
    title: 'an SDK without an exporter',
    finding: 'TLV305',
    path: { frontend: { ...w3cApp, exportsNothing: true }, cart: w3cApp },
    storedSpans: true,
  },
  {
    title: 'callers that report their spans elsewhere',
    finding: 'TLV308',
    path: { frontend: w3cApp, cart: w3cApp },
    foreignParents: true,
  },
  {
    title: 'a gateway in front of the first sidecar',
    finding: 'TLV403',
    path: { frontend: w3cApp, cart: w3cApp, gateway: true },
    storedSpans: true,
  },
  {
    title: 'zipkin sidecars that share span ids',
    finding: 'TLV404',
    path: { frontend: b3App, cart: b3App, tracing: { tracer: 'zipkin', sharedSpanContext: true } },
    storedSpans: true,
  },
  {
    title: 'an app that exports its spans through its sidecar',
    finding: 'TLV405',
    path: { frontend: w3cApp, cart: w3cApp, exportsThroughSidecar: true },
    storedSpans: true,
  },
  {
    title: 'an access rule that denies the call',
    finding: 'TLV501',
    path: { frontend: w3cApp, cart: w3cApp, denied: true },
  },
  {
    title: 'an app that does not listen',
    finding: 'TLV504',
    path: { frontend: w3cApp, cart: w3cApp, cartDown: true },
  },
  {
    title: 'an app that can be reached past its sidecar',
    finding: 'TLV601',
    path: { frontend: w3cApp, cart: w3cApp },
    bypass: true,
  },
]
