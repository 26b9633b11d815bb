import { context, propagation, trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { AsyncContextManager } from './context-manager.ts'
import { withOtelEnvironment } from './environment.ts'
import { createResource } from './resource.ts'
import type { Sdk, SdkParts } from './sdk.ts'
import { readSpanLimits } from './span-limits.ts'

/** Spans, their context and their headers, of `@opentelemetry/sdk-trace` alone. */
export function createTraceSdk(parts: SdkParts): Sdk {
  const { env, serviceName, instrumentations, spanProcessors, sampler, propagator } = parts
  let provider: TracerProvider | undefined

  return {
    start() {
      context.setGlobalContextManager(new AsyncContextManager())
      if (propagator !== undefined) propagation.setGlobalPropagator(propagator)
      // Without a provider the caller's context is forwarded unchanged, and no span is missing in the trace.
      if (spanProcessors.length > 0) {
        const resource = createResource(env, serviceName)
        const spanLimits = readSpanLimits(env)
        provider = withOtelEnvironment(env, () => new TracerProvider({ resource, spanProcessors, sampler, spanLimits }))
        trace.setGlobalTracerProvider(provider)
      }
      for (const instrumentation of instrumentations) {
        instrumentation.setTracerProvider(provider ?? trace.getTracerProvider())
        if (instrumentation.getConfig().enabled !== true) instrumentation.enable()
      }
    },
    shutdown: async () => provider?.shutdown(),
  }
}
