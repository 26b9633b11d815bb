import { type ExtractOptions, readPropagationEnvironment } from '@throughline/propagation'
import { checkDestinations, nameOf } from './check-destinations.ts'
import { createEnvReader, type EnvReader } from './env-reader.ts'
import { EXPORTER_NAMES, type ExporterName } from './exporter-names.ts'
import { SAMPLER_NAMES, type SamplerName } from './sampler-names.ts'
import { TelemetryConfigError } from './telemetry-error.ts'

const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const
type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number]

/** The SDK's own. */
const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'none'] as const
const INSTRUMENTATIONS = ['diagnostics', 'stock'] as const

export interface TelemetryConfig {
  /** Where spans come from: `diagnostics_channel` and an interceptor, or OpenTelemetry's http + express packages. */
  instrumentation: (typeof INSTRUMENTATIONS)[number]
  /** Empty for `none`. */
  exporters: ExporterName[]
  otlpProtocol: OtlpProtocol
  /** How long the collector may take for a request, in milliseconds; `Infinity` for no limit. */
  otlpTimeoutMillis: number
  /** True when the environment leaves the choice of propagators to us. */
  meshPropagation: boolean
  propagation: PropagationConfig
  sampler: SamplerName
  /** Share of traces that start here and are sampled, 0 to 1, for the ratio samplers. */
  samplerRatio: number
  batch: BatchConfig
}

/** How headers are read: the hint, whether callers are trusted, which request ids are forwarded. */
export type PropagationConfig = Required<ExtractOptions>

/** How spans are queued and exported. */
interface BatchConfig {
  /** Encoded spans that wait for an OTLP collector at most, in bytes. */
  maxBytes: number
  /** Spans that wait at most; undefined: as many as fit, or as the exporter's processor has by itself. */
  maxQueueSize: number | undefined
  /** Spans of one export. */
  maxExportBatchSize: number
  /** Milliseconds that a span waits for others. */
  scheduledDelayMillis: number
  /** Milliseconds that an export may take; `Infinity` for no limit. */
  exportTimeoutMillis: number
}

/**
 * `TRACE_CONTEXT_HINT`, `TRACE_CONTEXT_EDGE` and `TRACE_REQUEST_ID`, which count without the SDK too. Throws a
 * `TelemetryConfigError`.
 */
export function readPropagation(env: NodeJS.ProcessEnv): PropagationConfig {
  const { options, problems } = readPropagationEnvironment(env)
  if (problems.length > 0) throw new TelemetryConfigError([...problems])
  return options
}

/** True when the standard switch turns the SDK off. Its only true value is `true`, in any case. */
export function isSdkDisabled(env: NodeJS.ProcessEnv): boolean {
  return env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true'
}

/** Reads the environment. Throws one `TelemetryConfigError` that names every bad variable. */
export function loadTelemetryConfig(env: NodeJS.ProcessEnv): TelemetryConfig {
  const reader = createEnvReader(env)
  const exporters = readExporters(reader)
  const propagation = readPropagationEnvironment(env)
  reader.problems.push(...propagation.problems)
  const config: TelemetryConfig = {
    instrumentation: reader.oneOf('TRACE_INSTRUMENTATION', INSTRUMENTATIONS, 'diagnostics'),
    exporters,
    otlpProtocol: reader.oneOf(nameOf('PROTOCOL', reader), OTLP_PROTOCOLS, 'http/protobuf'),
    otlpTimeoutMillis: reader.timeout(nameOf('TIMEOUT', reader), 10_000),
    meshPropagation: reader.listOf('OTEL_PROPAGATORS', PROPAGATORS).length === 0,
    propagation: propagation.options,
    ...readSampler(reader),
    batch: {
      // Over ten seconds of 5,000 server spans a second.
      maxBytes: reader.positive('TRACE_BUFFER_BYTES', 2 ** 25),
      maxQueueSize: reader.positive('OTEL_BSP_MAX_QUEUE_SIZE', undefined),
      maxExportBatchSize: reader.positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 2048),
      scheduledDelayMillis: reader.duration('OTEL_BSP_SCHEDULE_DELAY', 1000),
      exportTimeoutMillis: reader.timeout('OTEL_BSP_EXPORT_TIMEOUT', 30_000),
    },
  }
  checkDestinations(exporters, env, reader)
  checkMethods('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS', reader)
  if (reader.problems.length > 0) throw new TelemetryConfigError(reader.problems)
  return config
}

function readExporters(reader: EnvReader): ExporterName[] {
  const names = reader.listOf('OTEL_TRACES_EXPORTER', EXPORTER_NAMES)
  const exporters = names.filter((name) => name !== 'none')
  if (exporters.length > 0 && exporters.length < names.length) {
    reader.problems.push('OTEL_TRACES_EXPORTER has none beside other exporters, use one or the other')
  }
  return names.length === 0 ? ['otlp'] : exporters
}

/** Samplers without a ratio ignore the argument, so any is accepted (`OTEL_TRACES_SAMPLER_ARG`). */
function readSampler(reader: EnvReader): Pick<TelemetryConfig, 'sampler' | 'samplerRatio'> {
  const known = reader.problems.length
  const sampler = reader.oneOf('OTEL_TRACES_SAMPLER', SAMPLER_NAMES, 'parentbased_always_on')
  const hasRatio = sampler.endsWith('traceidratio') || reader.problems.length > known
  return { sampler, samplerRatio: hasRatio ? reader.ratio('OTEL_TRACES_SAMPLER_ARG', 1) : 1 }
}

/** With a quote or a `;` in it, no method would be known. */
function checkMethods(name: string, reader: EnvReader): void {
  const list = reader.text(name) ?? ''
  if (!/^[\w\s,-]*$/.test(list)) reader.problems.push(`${name}=${list} is not a list of methods with commas`)
}
