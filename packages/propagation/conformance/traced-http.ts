import { createRequire } from 'node:module'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK, tracing } from '@opentelemetry/sdk-node'
import { MeshPropagator } from '@throughline/propagation/otel'

/**
 * Starts NodeSDK with the stock HTTP instrumentation and our propagator, so that `node:http` servers and clients of
 * this process are traced. Spans go to `exporter`.
 */
export function traceHttp(exporter: tracing.SpanExporter = new tracing.InMemorySpanExporter()): AsyncDisposable {
  const sdk = new NodeSDK({
    serviceName: 'conformance',
    instrumentations: [new HttpInstrumentation()],
    textMapPropagator: new MeshPropagator(),
    spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  // The instrumentation patches what is loaded by require, after it was started; `import http` sees the same object.
  createRequire(import.meta.url)('node:http')
  return { [Symbol.asyncDispose]: () => sdk.shutdown() }
}
