import { resourceAttributes } from './resource-attributes.ts'

/**
 * Runs `fn` while `process.env` shows exactly the `OTEL_*` variables of `env`, and restores it afterwards.
 *
 * The SDK and its exporters read `process.env` in their constructors and have no other source for most settings; this
 * lets a caller pass an environment, and sets our defaults. `fn` is synchronous, so no other code sees the change.
 */
export function withOtelEnvironment<T>(env: NodeJS.ProcessEnv, fn: () => T): T {
  const before = otelVariables(process.env)
  replaceOtelVariables(env)
  try {
    return fn()
  } finally {
    replaceOtelVariables(before)
  }
}

/**
 * Names in these are the same in any case (OpenTelemetry, "Environment variable specification"), but not to the
 * SDK.
 */
const NAMES = [
  'OTEL_PROPAGATORS',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_EXPORTER_OTLP_COMPRESSION',
  'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
]

/** The environment for the SDK. */
export function sdkEnvironment(processEnv: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env = { ...processEnv }
  // The SDK would replace the logger with one that prints stacks.
  delete env.OTEL_LOG_LEVEL
  for (const name of NAMES) if (env[name] !== undefined) env[name] = env[name].trim().toLowerCase()
  // Unset means none here, where the SDK would start both.
  env.OTEL_METRICS_EXPORTER ||= 'none'
  env.OTEL_LOGS_EXPORTER ||= 'none'
  env.OTEL_RESOURCE_ATTRIBUTES = resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES)
  return env
}

function replaceOtelVariables(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(otelVariables(process.env))) delete process.env[name]
  Object.assign(process.env, otelVariables(env))
}

function otelVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[0].startsWith('OTEL_') && entry[1] !== undefined,
    ),
  )
}
