/** OpenTelemetry's own instrumentations, in a program that already used them. */
if (process.env.BESIDE === 'stock') {
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
  const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
  exports.instrumentations = [new HttpInstrumentation(), new UndiciInstrumentation()]
}
