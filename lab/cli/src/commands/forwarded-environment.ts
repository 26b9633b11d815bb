const names = new Set([
  'FAULTS',
  'TRACE_INSTRUMENTATION',
  'TRACE_CONTEXT_HINT',
  'OTEL_SDK_DISABLED',
  'OTEL_PROPAGATORS',
  'OTEL_TRACES_EXPORTER',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
])
const prefixes = ['OTEL_EXPORTER_JAEGER_', 'OTEL_EXPORTER_ZIPKIN_']

/** The variables of the user's shell that both services inherit. No other variable can change the demo by accident. */
export function forwardedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const chosen = Object.entries(env).flatMap(([name, value]) => {
    const isForwarded = names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
    return value !== undefined && isForwarded ? [[name, value] as const] : []
  })
  return Object.fromEntries(chosen)
}
