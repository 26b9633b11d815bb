import { context, diag, propagation, SpanKind, trace, type Span } from '@opentelemetry/api'
import { areOutgoingHeadersClaimed, type Header, mayHaveHeaders, type ShouldForward } from '@throughline/propagation'
import { urlOfAxios, withAxiosHeaders } from '@throughline/propagation/axios'
import { type AxiosCall, observeAxios } from './axios-calls.ts'
import type { AxiosConfigLike, AxiosLike } from './axios-like.ts'
import { type CallOutcome, ON_LIST } from './call-observer.ts'
import { clientAttributes, endClientSpan } from './client-attributes.ts'
import { spanMethod } from './http-attributes.ts'
import { propertyOf } from '../property-of.ts'
import { type InstrumentationConfig, TracerInstrumentation } from './tracer-instrumentation.ts'

export interface AxiosInstrumentationConfig extends InstrumentationConfig {
  /** Which calls get headers, by the URL that is called. Default: all. */
  shouldForward?: ShouldForward | undefined
}

/**
 * One client span for each call of an axios instance, the trace headers of that span on the request.
 *
 * The span ends with the response or the failure: HTTP error, network error, timeout, cancellation. A retry is a
 * call of its own, with its own span and fresh headers. Redirects that axios follows are part of the call.
 *
 * It does nothing beside {@link HttpClientInstrumentation}, which observes the calls of every client.
 */
export class AxiosInstrumentation extends TracerInstrumentation<AxiosInstrumentationConfig> {
  readonly #instrumented = new WeakMap<AxiosLike, () => void>()

  constructor(config: AxiosInstrumentationConfig = {}) {
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
   * of one instance changes nothing. Returns a function that removes the interceptors.
   */
  instrument(instance: AxiosLike): () => void {
    const existing = this.#instrumented.get(instance)
    if (existing !== undefined) return existing
    const stop = observeAxios(instance, () => this.#createCall(instance))
    const eject = (): void => {
      stop()
      this.#instrumented.delete(instance)
    }
    this.#instrumented.set(instance, eject)
    return eject
  }

  /** No error may reach the program: at worst a call has no span. */
  #createCall(instance: AxiosLike): AxiosCall {
    let span: Span | undefined
    const end = (result: CallOutcome | undefined): void => {
      const openSpan = span
      span = undefined
      if (openSpan === undefined) return
      try {
        if (result === undefined) openSpan.end()
        else endClientSpan(openSpan, result)
      } catch (error) {
        diag.error('a call of axios could not be traced', error)
      }
    }
    return {
      onRequest: (config) => {
        if (!this.enabled || areOutgoingHeadersClaimed()) return config
        try {
          const headers: Header[] = []
          span = this.#start(config, { instance, headers })
          const { shouldForward } = this.config
          return mayHaveHeaders(() => urlOf(config, instance), shouldForward)
            ? withAxiosHeaders(config, headers)
            : config
        } catch (error) {
          diag.error('a call of axios could not be traced', error)
          return config
        }
      },
      onResponse: (response) => end(answerOf(response)),
      onError: (error) => end(resultOf(error)),
    }
  }

  #start(config: AxiosConfigLike, { instance, headers }: { instance: AxiosLike; headers: Header[] }): Span | undefined {
    const parent = context.active()
    const method = (config.method ?? 'get').toUpperCase()
    const span = this.tracer.startSpan(spanMethod(method), { kind: SpanKind.CLIENT }, parent)
    propagation.inject(trace.setSpan(parent, span), headers, ON_LIST)
    if (!span.isRecording()) return undefined
    span.setAttributes(clientAttributes(method, urlOf(config, instance)))
    return span
  }
}

/** A user's way to write `params` may throw: axios says so when it calls it. */
function urlOf(config: AxiosConfigLike, instance: AxiosLike): string {
  try {
    return urlOfAxios(config, instance)
  } catch {
    return ''
  }
}

/** Undefined when an interceptor has made something else of the response, which then went well. */
function answerOf(response: unknown): CallOutcome | undefined {
  const status = statusOf(response)
  return status !== undefined && propertyOf(response, 'config') !== undefined ? { status } : undefined
}

/** `validateStatus` makes errors of answers that are none: a redirect that isn't followed, for example. */
function resultOf(error: unknown): CallOutcome {
  const status = statusOf(propertyOf(error, 'response'))
  const isAnswer = status !== undefined && propertyOf(error, 'message') === `Request failed with status code ${status}`
  return isAnswer ? { status } : { status, error: error ?? {} }
}

function statusOf(response: unknown): number | undefined {
  const status = propertyOf(response, 'status')
  return typeof status === 'number' ? status : undefined
}
