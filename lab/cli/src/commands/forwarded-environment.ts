const forwarded =
  /^(FAULTS|TRACE_INSTRUMENTATION|TRACE_CONTEXT_HINT|OTEL_SDK_DISABLED|OTEL_PROPAGATORS|OTEL_TRACES_EXPORTER|OTEL_TRACES_SAMPLER(_ARG)?|OTEL_EXPORTER_(JAEGER|ZIPKIN)_\w+)$/

/** The variables of the user's shell that both services get. No other variable can change the demo by accident. */
export function forwardedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const chosen = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && forwarded.test(name) ? [[name, value] as const] : [],
  )
  return Object.fromEntries(chosen)
}
