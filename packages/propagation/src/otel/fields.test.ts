import {
  type Context,
  context as contextApi,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { injectPropagationContext } from '@opentelemetry/instrumentation-aws-sdk/build/src/services/MessageAttributes.js'
import { describe, expect, it } from 'vitest'
import { MeshPropagator } from './mesh-propagator.ts'

const REQUEST_ID = '9b2f1c04-7d3e-9a55-8f10-3c2a6b7d8e9f'
const SPAN = { traceId: '80f198ee56343ba864fe8b2a57d3eff7', spanId: 'bbbbbbbbbbbbbbb1', traceFlags: 1 }

const propagator = new MeshPropagator()

/** A span of this service, in the context of a request with these headers. */
function contextOf(headers: Record<string, string>): Context {
  return trace.setSpanContext(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter), SPAN)
}

function namesInjected(context: Context): string[] {
  const carrier: Record<string, string> = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return Object.keys(carrier).sort()
}

/** Runs `fn` with this context as the API's active one. */
function withContext(context: Context, fn: () => void): void {
  contextApi.setGlobalContextManager(new AsyncLocalStorageContextManager())
  try {
    contextApi.with(context, fn)
  } finally {
    contextApi.disable()
  }
}

describe('the fields of MeshPropagator', () => {
  it('are the headers it writes in the active context', () => {
    expect(propagator.fields().sort()).toEqual(namesInjected(contextOf({})))
    const all = contextOf({ baggage: 'a=1', 'x-request-id': REQUEST_ID })
    expect(namesInjected(all)).toHaveLength(7)
    withContext(all, () => expect(propagator.fields().sort()).toEqual(namesInjected(all)))
  })

  it('have no request id for a message, which has at most ten attributes', () => {
    const context = contextOf({ 'x-request-id': REQUEST_ID })
    const span = Object.assign(trace.getSpan(context) as object, { kind: SpanKind.PRODUCER })
    const producing = trace.setSpan(context, span as never)
    expect(namesInjected(producing)).toHaveLength(5)
    withContext(producing, () => {
      propagation.setGlobalPropagator(propagator)
      const attribute = { DataType: 'String', StringValue: '1' }
      const attributes: Record<string, typeof attribute> = {
        one: attribute,
        two: attribute,
        three: attribute,
        four: attribute,
        five: attribute,
      }
      injectPropagationContext(attributes)
      propagation.disable()
      expect(Object.keys(attributes)).toHaveLength(10)
      expect(attributes['traceparent']).toBeDefined()
    })
  })
})
