import { context, propagation, SpanKind, trace, type Span, type TextMapSetter } from '@opentelemetry/api'
import { areOutgoingHeadersClaimed } from '@throughline/propagation'
import type { AxiosConfigLike, AxiosLike, AxiosOutcome } from './axios-like.ts'
import { clientAttributes, endClientSpan } from './client-attributes.ts'
import { spanMethod } from './http-attributes.ts'
import { type InstrumentationConfig, TracerInstrumentation } from './tracer-instrumentation.ts'

/** On the config itself, not beside it: a later interceptor may copy the config, and a copy keeps its symbols. */
const SPAN = Symbol('throughline.span')

type TracedConfig = AxiosConfigLike & { [SPAN]?: Span | undefined }

/** Set, never append: two values in one trace header are refused by receivers. */
const HEADERS: TextMapSetter<AxiosConfigLike['headers']> = {
  set: (headers, name, value) => headers.set(name, value),
}

/**
 * One client span for each call of an axios instance, the trace headers of that span on the request.
 *
 * The span ends with the response or with what went wrong: HTTP error, network error, timeout, cancel. A retry is a
 * call of its own, with its own span and fresh headers. Redirects that axios follows are part of the call.
 *
 * Beside {@link HttpClientInstrumentation}, which sees the calls of every client, this one does nothing.
 */
export class AxiosInstrumentation extends TracerInstrumentation<InstrumentationConfig> {
  readonly #instrumented = new WeakMap<AxiosLike, () => void>()

  constructor(config: InstrumentationConfig = {}) {
    super('@throughline/telemetry/http-client', config)
  }

  protected override onEnable(): void {
    // Interceptors ask `enabled` themselves: instances may be registered before the SDK starts.
  }

  protected override onDisable(): void {
    // See onEnable.
  }

  /**
   * Registers the interceptors; do it before others, so that they run closest to the request. The second registration
   * of one instance changes nothing. Returns a function that takes the interceptors out again.
   */
  instrument(instance: AxiosLike): () => void {
    const existing = this.#instrumented.get(instance)
    if (existing !== undefined) return existing
    const { request, response } = instance.interceptors
    const onRequest = request.use(
      (config) => {
        this.#start(instance, config)
        return config
      },
      null,
      { synchronous: true },
    )
    const onResponse = response.use(onFulfilled, onRejected)
    const eject = (): void => {
      request.eject(onRequest)
      response.eject(onResponse)
      this.#instrumented.delete(instance)
    }
    this.#instrumented.set(instance, eject)
    return eject
  }

  #start(instance: AxiosLike, config: TracedConfig): void {
    if (!this.enabled || areOutgoingHeadersClaimed()) return
    const parent = context.active()
    const method = (config.method ?? 'get').toUpperCase()
    const span = this.tracer.startSpan(spanMethod(method), { kind: SpanKind.CLIENT }, parent)
    propagation.inject(trace.setSpan(parent, span), config.headers, HEADERS)
    if (!span.isRecording()) return
    span.setAttributes(clientAttributes(method, instance.getUri(config)))
    config[SPAN] = span
  }
}

function onFulfilled<T extends AxiosOutcome>(response: T): T {
  const span = takeSpan(response.config)
  if (span !== undefined) endClientSpan(span, { status: response.status })
  return response
}

function onRejected(error: AxiosOutcome | undefined): Promise<never> {
  const span = takeSpan(error?.config)
  if (span !== undefined) endClientSpan(span, { status: error?.response?.status, failure: error ?? {} })
  return Promise.reject(error)
}

function takeSpan(config: TracedConfig | undefined): Span | undefined {
  const span = config?.[SPAN]
  if (config !== undefined && span !== undefined) config[SPAN] = undefined
  return span
}
