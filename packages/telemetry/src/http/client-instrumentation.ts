import { diag } from '@opentelemetry/api'
import { claimOutgoingHeaders, type ShouldForward } from '@throughline/propagation'
import { getUndiciHeader, type UndiciRequest } from '@throughline/propagation/undici'
import { observeHttpCalls } from './http-calls.ts'
import { isInjected, isOfOtherSpan } from './injected.ts'
import { headerCalls, type SpanCall, SpanCalls } from './span-calls.ts'
import { type InstrumentationConfig, TracerInstrumentation } from './tracer-instrumentation.ts'
import { observeUndiciCalls } from './undici-calls.ts'

/** Options of {@link HttpClientInstrumentation}. */
export interface HttpClientConfig extends InstrumentationConfig {
  /**
   * `false` where another instrumentation makes the spans of `node:http` and `node:https`: this one then only makes sure
   * of the headers. Default: true.
   */
  httpSpans?: boolean | undefined
  /** Which calls get trace headers, by the URL that is called. Default: all. None gets them when it throws. */
  shouldForward?: ShouldForward | undefined
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
    const shouldForward = (): ShouldForward | undefined => this.config.shouldForward
    this.#stop = [
      this.config.httpSpans === false
        ? observeHttpCalls(headerCalls, { shouldForward, isTaken: (get) => isInjected(get) || isOfOtherSpan(get) })
        : observeHttpCalls(calls, { shouldForward, isTaken: isInjected }),
      observeUndiciCalls(calls, { shouldForward, isTaken: isInjected, isOurs: hasHeadersOf }),
      release,
    ]
  }

  protected override onDisable(): void {
    for (const stop of this.#stop.splice(0)) stop()
  }
}

/** Whether a request still has the headers of its span: stock instrumentation of undici puts those of its own there. */
function hasHeadersOf({ span }: SpanCall, request: UndiciRequest): boolean {
  const header = getUndiciHeader(request, 'traceparent')
  return header === undefined || header.includes(span.spanContext().spanId)
}
