const passedOn =
  /^(FAULTS|TRACE_INSTRUMENTATION|TRACE_CONTEXT_HINT|OTEL_SDK_DISABLED|OTEL_PROPAGATORS|OTEL_TRACES_EXPORTER|OTEL_TRACES_SAMPLER(_ARG)?|OTEL_EXPORTER_(JAEGER|ZIPKIN)_\w+)$/

/** The variables of the user's shell that both services are given. Others can't bend the demo by accident. */
export function passedOnEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const chosen = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && passedOn.test(name) ? [[name, value] as const] : [],
  )
  return Object.fromEntries(chosen)
}
