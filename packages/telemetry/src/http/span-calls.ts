import { context, propagation, type Span, SpanKind, type SpanOptions, trace, type Tracer } from '@opentelemetry/api'
import type { Header } from '@throughline/propagation'
import { type CallObserver, type CallOutcome, observeStart, ON_LIST } from './call-observer.ts'
import { clientAttributes, endClientSpan } from './client-attributes.ts'
import { spanMethod } from './http-attributes.ts'
import { isTracingSuppressed } from '../suppress-tracing.ts'

/** The span of a call, and the method of its request. */
export interface SpanCall {
  readonly span: Span
  readonly method: string
}

const CLIENT: SpanOptions = { kind: SpanKind.CLIENT }

/** One client span for every call, and the headers of that span on its request. */
export class SpanCalls implements CallObserver<SpanCall> {
  readonly #tracer: () => Tracer

  constructor(tracer: () => Tracer) {
    this.#tracer = tracer
  }

  start(method: string, headers: Header[]): SpanCall | undefined {
    const parent = context.active()
    if (isTracingSuppressed(parent)) return undefined
    const span = this.#tracer().startSpan(spanMethod(method), CLIENT, parent)
    propagation.inject(trace.setSpan(parent, span), headers, ON_LIST)
    return span.isRecording() ? { span, method } : undefined
  }

  describe({ span, method }: SpanCall, url: string): void {
    span.setAttributes(clientAttributes(method, url))
  }

  end({ span }: SpanCall, outcome: CallOutcome): void {
    endClientSpan(span, outcome)
  }
}

/** The headers of the span that is active, on every call; for spans that another instrumentation makes. */
export const headerCalls = observeStart((_method, headers) => {
  propagation.inject(context.active(), headers, ON_LIST)
  return undefined
})
