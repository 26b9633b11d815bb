import type { TextMapPropagator } from '@opentelemetry/api'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Instrumentation } from './http/tracer-instrumentation.ts'

/** What an SDK is made of, whichever it is. */
export interface SdkParts {
  /** The `OTEL_*` variables. */
  env: NodeJS.ProcessEnv
  /** The service's name where the variables give none. */
  serviceName: string
  instrumentations: Instrumentation[]
  spanProcessors: SpanProcessor[]
  sampler: Sampler
  /** Undefined: what `OTEL_PROPAGATORS` says. */
  propagator: TextMapPropagator | undefined
}

export interface Sdk {
  start(): void
  /** Loads what `start` has put off. Undefined where that is nothing. */
  loadRest?(): Promise<void>
  shutdown(): Promise<void>
}

/** What only `@opentelemetry/sdk-node` has, and which of it the environment asks for; undefined for nothing. */
export function nodeSdkReason(env: NodeJS.ProcessEnv): string | undefined {
  const { OTEL_PROPAGATORS: propagators = '' } = env
  if (propagators.trim() !== '' && propagators.trim() !== 'none') return `OTEL_PROPAGATORS=${propagators}`
  const variable = ['OTEL_METRICS_EXPORTER', 'OTEL_LOGS_EXPORTER', 'OTEL_NODE_RESOURCE_DETECTORS'].find(
    (name) => (env[name] || 'none') !== 'none',
  )
  return variable && `${variable}=${env[variable]}`
}
