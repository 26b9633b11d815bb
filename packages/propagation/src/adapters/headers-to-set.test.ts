import { propagation } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { afterEach, describe, expect, it } from 'vitest'
import { runWithForwardHeaders } from '../forward.ts'
import { headersToSet } from './headers-to-set.ts'
import { MeshPropagator } from '../otel/mesh-propagator.ts'

const HEADERS = {
  traceparent: '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01',
  'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7',
  'x-datadog-trace-id': '1',
  baggage: 'a=1',
  'x-request-id': '9b2f1c04-7d3e-9a55-8f10-3c2a6b7d8e9f',
}

function namesSet(): string[] {
  return runWithForwardHeaders(HEADERS, () => headersToSet(() => 'http://counting/', {}) ?? []).map(([name]) => name)
}

describe('beside a propagator of an OpenTelemetry SDK', () => {
  afterEach(() => propagation.disable())

  it('every header has one writer: without an SDK’s propagator, the adapters write all', () => {
    expect(namesSet()).toEqual(Object.keys(HEADERS))
  })

  it('leaves the trace context in all formats to it', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    expect(namesSet()).toEqual(['baggage', 'x-request-id'])
  })

  it('what else it writes is left to it too', () => {
    const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()]
    propagation.setGlobalPropagator(new CompositePropagator({ propagators }))
    expect(namesSet()).toEqual(['x-request-id'])
    propagation.disable()
    propagation.setGlobalPropagator(new MeshPropagator())
    // No context is active, so it has neither of them to write.
    expect(namesSet()).toEqual(['baggage', 'x-request-id'])
  })

  it('one that writes baggage alone leaves the context to the adapters', () => {
    propagation.setGlobalPropagator(new W3CBaggagePropagator())
    expect(namesSet()).toEqual(['traceparent', 'x-b3-traceid', 'x-datadog-trace-id', 'x-request-id'])
  })
})
