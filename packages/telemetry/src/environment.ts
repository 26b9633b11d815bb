/**
 * Runs `fn` while `process.env` shows exactly the `OTEL_*` variables of `env`, and puts it back afterwards.
 *
 * The SDK and its exporters read `process.env` in their constructors and take most settings from nowhere else; this is
 * what lets a caller give them an environment, and us a default. `fn` is synchronous, so nobody else sees the change.
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
