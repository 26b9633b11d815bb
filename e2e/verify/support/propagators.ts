import type { TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'

/** The stock propagators, by their names in OTEL_PROPAGATORS. */
export const tracecontext: TextMapPropagator = new W3CTraceContextPropagator()
export const b3multi: TextMapPropagator = new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })
export const b3: TextMapPropagator = new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER })
export const composite = (...propagators: TextMapPropagator[]): TextMapPropagator =>
  new CompositePropagator({ propagators })
