import { isSdkDisabled, loadTelemetryConfig, type PropagationConfig, readPropagation } from './config.ts'
import type { Telemetry, TelemetryOptions } from './telemetry.ts'

/**
 * Sets up tracing from the standard `OTEL_*` variables, or, with `OTEL_SDK_DISABLED=true`, header forwarding without
 * the SDK. Nothing happens before `start()`. No signal handlers; the only globals are those OpenTelemetry's API
 * registers.
 *
 * With `TRACE_INSTRUMENTATION=stock`, modules to be traced (Express) have to be imported after this has resolved.
 *
 * Rejects with a `TelemetryConfigError` that names every variable with a value that isn't supported.
 */
export async function createTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const env = options.env ?? process.env
  // Unused parts are not loaded: the SDK takes longer to import than a small service takes to start.
  if (isSdkDisabled(env)) {
    const { createWithoutSdk } = await import('./without-sdk.ts')
    return createWithoutSdk(options, { ...readPropagation(env), ...chosen(options) })
  }
  const config = loadTelemetryConfig(env)
  const { createTracing } = await import('./with-sdk.ts')
  return createTracing(options, { ...config, propagation: { ...config.propagation, ...chosen(options) } })
}

/** The program's own propagation options win over the environment. */
function chosen({ edge, requestId }: TelemetryOptions): Partial<PropagationConfig> {
  return { ...(edge !== undefined && { edge }), ...(requestId !== undefined && { requestId }) }
}
