import { resourceAttributes } from './resource-attributes.ts'

/**
 * Runs `fn` while `process.env` shows exactly the `OTEL_*` variables of `env`, and puts it back afterwards.
 *
 * The SDK and its exporters read `process.env` in their constructors and take most settings from nowhere else; this is
 * what lets a caller give them an environment, and us a default. `fn` is synchronous, so no other code sees the change.
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

/** Names in these are the same in any case (OpenTelemetry, "Environment variable specification"), but not to the SDK. */
const NAMES = [
  'OTEL_PROPAGATORS',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_EXPORTER_OTLP_COMPRESSION',
  'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
]

/** The environment as the SDK is to see it. */
export function sdkEnvironment(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env = { ...given }
  // The SDK would replace the logger by one that prints stacks.
  delete env.OTEL_LOG_LEVEL
  for (const name of NAMES) if (env[name] !== undefined) env[name] = env[name].trim().toLowerCase()
  // Unset means none here; the SDK would start both.
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
