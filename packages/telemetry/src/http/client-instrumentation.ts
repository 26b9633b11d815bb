import type { ClientRequest } from 'node:http'
import { context, diag, type Span, type SpanContext, trace } from '@opentelemetry/api'
import { claimOutgoingHeaders } from '@throughline/propagation'
import type { UndiciRequest } from '@throughline/propagation/undici'
import { observeHttpCalls } from './http-calls.ts'
import { headerCalls, type SpanCall, SpanCalls } from './span-calls.ts'
import { type InstrumentationConfig, TracerInstrumentation } from './tracer-instrumentation.ts'
import { observeUndiciCalls } from './undici-calls.ts'

export interface HttpClientConfig extends InstrumentationConfig {
  /**
   * `false` where another instrumentation makes the spans of `node:http` and `node:https`: this one then only makes sure
   * of the headers. Default: true.
   */
  httpSpans?: boolean | undefined
}

/**
 * One client span and one set of trace headers for every outgoing call of the process: `node:http`, `node:https`, the
 * global `fetch`, undici, and every client that is made of them. The span ends with the body of the response or with what
 * went wrong. A redirect or a retry is a call of its own.
 */
export class HttpClientInstrumentation extends TracerInstrumentation<HttpClientConfig> {
  #stop: (() => void)[] = []

  constructor(config: HttpClientConfig = {}) {
    super('@throughline/telemetry/http-client', config)
  }

  protected override onEnable(): void {
    const release = claimOutgoingHeaders()
    if (release === undefined) {
      diag.warn('the trace headers of outgoing calls are set already: is telemetry started twice in this process?')
      return
    }
    const calls = new SpanCalls(() => this.tracer)
    this.#stop = [
      this.config.httpSpans === false ? observeHttpCalls(headerCalls, hasOtherSpan) : observeHttpCalls(calls),
      observeUndiciCalls(calls, isUntaken),
      release,
    ]
  }

  protected override onDisable(): void {
    for (const stop of this.#stop.splice(0)) stop()
  }
}

/** Whether a request has headers of a span below the active one: another instrumentation has made it. */
function hasOtherSpan(request: ClientRequest): boolean {
  const active: (Span & { parentSpanContext?: SpanContext }) | undefined = trace.getSpan(context.active())
  if (active === undefined) return false
  const { traceId, spanId } = active.spanContext()
  const names = ['traceparent', 'x-b3-spanid', 'b3']
  const header = names.map((name) => request.getHeader(name)).find((value) => value !== undefined)
  // The ids of active span and caller come from a program that sets headers by hand.
  const known = [spanId, active.parentSpanContext?.spanId]
  const hasTrace = `${String(header)} ${String(request.getHeader('x-b3-traceid'))}`.includes(traceId)
  return hasTrace && !known.some((id) => id !== undefined && String(header).includes(id))
}

/** Whether a request still has the headers of its span: stock instrumentation of undici puts those of its own there. */
function isUntaken({ span }: SpanCall, headers: UndiciRequest['headers']): boolean {
  const list = typeof headers === 'string' ? headers.split(/: |\r\n/) : headers
  const at = list.findIndex((name) => String(name).toLowerCase() === 'traceparent')
  return at === -1 || String(list[at + 1]).includes(span.spanContext().spanId)
}
