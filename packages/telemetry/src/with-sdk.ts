import { context, diag, isSpanContextValid, type SpanContext, trace, TraceFlags } from '@opentelemetry/api'
import { areOutgoingHeadersClaimed } from '@throughline/propagation'
import { getRequestId, MeshPropagator } from '@throughline/propagation/otel'
import type { TelemetryConfig } from './config.ts'
import { checkVersions } from './check-versions.ts'
import { installDiagLog } from './diag-log.ts'
import { sdkEnvironment } from './environment.ts'
import { sumStats, type ExportStats } from './export/export-stats.ts'
import { loadInstrumentations } from './instrumentations.ts'
import { watchRefusals } from './export/refusals.ts'
import { setKnownMethods } from './http/http-attributes.ts'
import { type OwnGlobals, ownGlobals } from './own-globals.ts'
import { createSampler } from './sampler.ts'
import { nodeSdkReason, type Sdk, type SdkParts } from './sdk.ts'
import { createSpanProcessors } from './export/span-processors.ts'
import { suppressTracing } from './suppress-tracing.ts'
import type { Telemetry, TelemetryOptions } from './telemetry.ts'
import { withinTime, type TimeLimit } from './export/within-time.ts'

const FLUSH_MS = 5000
/** A collector that refuses connections now won't accept spans within the next four seconds either. */
const REFUSED_MS = 1000

/** Telemetry with the SDK. Imported only when it is on: loading the SDK costs more than the rest of a small service. */
export async function createTracing(options: TelemetryOptions, config: TelemetryConfig): Promise<Telemetry> {
  const processEnv = options.env ?? process.env
  installDiagLog(processEnv.OTEL_LOG_LEVEL)
  setKnownMethods(processEnv.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS)
  warnOfSwitch(processEnv.OTEL_SDK_DISABLED)
  checkVersions()
  const env = sdkEnvironment(processEnv)
  const spanProcessors = await createSpanProcessors(config, env)
  const exportStats = (): ExportStats => sumStats(spanProcessors)
  const instrumentations = await loadInstrumentations(config, options)
  const sdk = await createSdk(
    {
      env,
      serviceName: options.serviceName,
      instrumentations,
      spanProcessors,
      sampler: createSampler(config.sampler, config.samplerRatio),
      propagator: config.meshPropagation ? new MeshPropagator(config.propagation) : undefined,
    },
    options.nodeSdk,
  )

  const refusals = watchRefusals(() => exportStats().exported)
  const limit = (what: string, atStake: string): TimeLimit => ({
    what,
    atStake,
    ms: FLUSH_MS,
    hurry: { when: refusals.refused(), ms: REFUSED_MS },
  })
  const flush = (): Promise<unknown> => Promise.all(spanProcessors.map((processor) => processor.forceFlush()))
  const stop = async (): Promise<void> => {
    // The SDK's own shutdown doesn't wait for spans that the console exporter has yet to print.
    await withinTime(() => flush().finally(() => sdk.shutdown()), limit('shutting down', 'spans are lost'))
    for (const processor of spanProcessors) processor.abandon()
    refusals.stop()
    if (globals === undefined) return
    for (const instrumentation of instrumentations) instrumentation.disable()
    globals.disable()
  }
  const loadRest = async (): Promise<void> => {
    if (globals === undefined || stopped !== undefined) return
    try {
      await sdk.loadRest?.()
    } catch (error) {
      diag.error('the rest of the SDK is not loaded; spans are made without it', error)
    }
  }
  /** Set once it is started. */
  let globals: OwnGlobals | undefined
  let loaded: Promise<void> | undefined
  let stopped: Promise<void> | undefined

  return {
    enabled: true,
    start() {
      if (areOutgoingHeadersClaimed()) {
        diag.warn('telemetry is on in this process already: this second one makes no spans')
        return
      }
      globals = ownGlobals()
      sdk.start()
    },
    loadRest: () => (loaded ??= loadRest()),
    flush: () => withinTime(flush, limit('flushing', 'spans wait')),
    shutdown: () => (stopped ??= stop()),
    instrumentAxios: () => () => {},
    untraced: (run) => context.with(suppressTracing(context.active()), run),
    activeIds() {
      const span = activeSpanContext()
      const requestId = getRequestId(context.active())
      return {
        ...(span && { trace_id: span.traceId, span_id: span.spanId }),
        ...(requestId !== undefined && { request_id: requestId }),
      }
    },
    activeTraceId: () => activeSpanContext()?.traceId,
    sampledTraceId() {
      const span = activeSpanContext()
      return span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? span.traceId : undefined
    },
    exportStats,
  }
}

function activeSpanContext(): SpanContext | undefined {
  const span = trace.getSpanContext(context.active())
  return span !== undefined && isSpanContextValid(span) ? span : undefined
}

async function createSdk(parts: SdkParts, nodeSdk: TelemetryOptions['nodeSdk']): Promise<Sdk> {
  const reason = nodeSdk === true ? 'nodeSdk: true' : nodeSdkReason(parts.env)
  if (reason === undefined && nodeSdk === 'late') return (await import('./late-node-sdk.ts')).createLateNodeSdk(parts)
  if (reason === undefined) return (await import('./trace-sdk.ts')).createTraceSdk(parts)
  return (await import('./node-sdk.ts')).createNodeSdk(parts, reason)
}

/** What is neither counts for `false` (OpenTelemetry, "Environment variable specification", Boolean). */
function warnOfSwitch(value = ''): void {
  if (/^(?:|false)$/i.test(value.trim())) return
  diag.warn(`OTEL_SDK_DISABLED=${value} is neither true nor false, so the SDK is on`)
}
