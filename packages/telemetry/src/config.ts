import type { Hint } from '@throughline/propagation'
import { SAMPLER_NAMES, type SamplerName } from './sampler-names.ts'
import { TelemetryConfigError } from './telemetry-error.ts'

export const EXPORTER_NAMES = ['otlp', 'jaeger', 'zipkin', 'console', 'none'] as const
/** An exporter there is something to load for. */
export type ExporterName = Exclude<(typeof EXPORTER_NAMES)[number], 'none'>

const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number]

const INSTRUMENTATIONS = ['diagnostics', 'stock'] as const
const HINTS = ['auto', 'w3c', 'b3'] as const satisfies readonly Hint[]

export interface TelemetryConfig {
  /** Where spans come from: `diagnostics_channel` and an interceptor, or OpenTelemetry's http + express packages. */
  instrumentation: (typeof INSTRUMENTATIONS)[number]
  /** Empty for `none`. */
  exporters: ExporterName[]
  otlpProtocol: OtlpProtocol
  /** True when the environment leaves the choice of propagators to us. */
  meshPropagation: boolean
  /** Which format the service's own sidecar writes, where headers alone can't tell. */
  hint: Hint
  sampler: SamplerName
  /** Share of traces that start here and are sampled, 0 to 1, for the ratio samplers. */
  samplerRatio: number
  batch: BatchConfig
}

/** Settings of the batch span processor: spans, spans, milliseconds, milliseconds. */
interface BatchConfig {
  maxQueueSize: number
  maxExportBatchSize: number
  scheduledDelayMillis: number
  exportTimeoutMillis: number
}

/** `TRACE_CONTEXT_HINT`, which counts without the SDK too. Throws a `TelemetryConfigError`, or adds to `problems` if given. */
export function readHint(env: NodeJS.ProcessEnv, problems?: string[]): Hint {
  const value = env.TRACE_CONTEXT_HINT?.trim() || 'auto'
  if (includes(HINTS, value)) return value
  const problem = `TRACE_CONTEXT_HINT=${value} is not supported, use ${list(HINTS)}`
  if (problems === undefined) throw new TelemetryConfigError([problem])
  problems.push(problem)
  return 'auto'
}

/** True when the standard switch turns the SDK off. Its only true value is `true`, in any case. */
export function isSdkDisabled(env: NodeJS.ProcessEnv): boolean {
  return env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true'
}

/** Reads the environment. Throws one `TelemetryConfigError` that names every bad variable. */
export function loadTelemetryConfig(env: NodeJS.ProcessEnv): TelemetryConfig {
  const problems: string[] = []

  const oneOf = <T extends string>(name: string, valid: readonly T[], fallback: T): T => {
    const value = env[name]?.trim() || fallback
    if (includes(valid, value)) return value
    problems.push(`${name}=${value} is not supported, use ${list(valid)}`)
    return fallback
  }
  const positive = (name: string, fallback: number): number => {
    const value = env[name]?.trim() || String(fallback)
    if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
    problems.push(`${name}=${value} is not a positive whole number`)
    return fallback
  }

  const ratio = (name: string, fallback: number): number => {
    const value = env[name]?.trim() || String(fallback)
    if (/^(0(\.\d*)?|1(\.0*)?|\.\d+)$/.test(value)) return Number(value)
    problems.push(`${name}=${value} is not a number from 0 to 1`)
    return fallback
  }

  const tracesProtocol = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
  const config: TelemetryConfig = {
    instrumentation: oneOf('TRACE_INSTRUMENTATION', INSTRUMENTATIONS, 'diagnostics'),
    exporters: parseExporters(env.OTEL_TRACES_EXPORTER, problems),
    otlpProtocol: oneOf(
      env[tracesProtocol]?.trim() ? tracesProtocol : 'OTEL_EXPORTER_OTLP_PROTOCOL',
      OTLP_PROTOCOLS,
      'http/protobuf',
    ),
    meshPropagation: !env.OTEL_PROPAGATORS?.trim(),
    hint: readHint(env, problems),
    sampler: oneOf('OTEL_TRACES_SAMPLER', SAMPLER_NAMES, 'parentbased_always_on'),
    samplerRatio: ratio('OTEL_TRACES_SAMPLER_ARG', 1),
    batch: {
      // Lost nothing at 26,000 spans a second where the SDK's own defaults lost a quarter.
      maxQueueSize: positive('OTEL_BSP_MAX_QUEUE_SIZE', 16_384),
      maxExportBatchSize: positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 2048),
      scheduledDelayMillis: positive('OTEL_BSP_SCHEDULE_DELAY', 1000),
      exportTimeoutMillis: positive('OTEL_BSP_EXPORT_TIMEOUT', 30_000),
    },
  }
  if (problems.length > 0) throw new TelemetryConfigError(problems)
  return config
}

function parseExporters(value: string | undefined, problems: string[]): ExporterName[] {
  const names = (value ?? '').split(',').map((name) => name.trim())
  const asked = [...new Set(names.filter(Boolean))]
  const unknown = asked.filter((name) => !includes(EXPORTER_NAMES, name))
  const exporters = asked.filter((name) => includes(EXPORTER_NAMES, name))
  if (unknown.length > 0) {
    problems.push(`OTEL_TRACES_EXPORTER=${unknown.join(',')} is unknown, use ${list(EXPORTER_NAMES)}`)
  }
  if (exporters.includes('none') && exporters.length > 1) {
    problems.push('OTEL_TRACES_EXPORTER has none beside other exporters, use one or the other')
  }
  return asked.length === 0 ? ['otlp'] : exporters.filter((name) => name !== 'none')
}

function includes<T extends string>(valid: readonly T[], value: string): value is T {
  return (valid as readonly string[]).includes(value)
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
