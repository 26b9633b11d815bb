const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { NodeSDK, tracing } = require('@opentelemetry/sdk-node')

// OTEL_PROPAGATORS has the formats.
new NodeSDK({
  instrumentations: [new HttpInstrumentation()],
  spanProcessors: [new tracing.SimpleSpanProcessor(new tracing.InMemorySpanExporter())],
}).start()
require('./answer.cjs').listen()
