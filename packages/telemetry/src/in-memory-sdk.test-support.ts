import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncContextManager } from './context-manager.ts'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan, type Sampler } from '@opentelemetry/sdk-trace'
import { MeshPropagator } from '@throughline/propagation/otel'
import { AxiosInstrumentation } from './http/http-client.ts'
import { HttpClientInstrumentation } from './http/client-instrumentation.ts'
import { HttpServerInstrumentation } from './http/http-server.ts'
import type { ShouldTrace } from './http/should-trace.ts'

export interface InMemorySdk extends AsyncDisposable {
  axios: AxiosInstrumentation
  /** Spans that have ended so far. */
  spans(): ReadableSpan[]
}

export interface InMemorySdkOptions {
  sampler?: Sampler
  shouldTrace?: ShouldTrace
  skipUnsampled?: boolean
  shouldForward?: (url: string) => boolean
  /** Spans of the calls of every client, not only of axios instances. Default: false. */
  everyClient?: boolean
}

/** A stock NodeSDK with our instrumentations, as in a team's own set-up. */
export function startInMemorySdk(options: InMemorySdkOptions = {}): InMemorySdk {
  const { sampler, shouldTrace, skipUnsampled, shouldForward, everyClient = false } = options
  const exporter = new InMemorySpanExporter()
  const contextManager = new AsyncContextManager()
  const server = new HttpServerInstrumentation({ shouldTrace, skipUnsampled })
  const axios = new AxiosInstrumentation()
  const clients = everyClient ? [new HttpClientInstrumentation({ shouldForward })] : []
  const sdk = new NodeSDK({
    contextManager,
    textMapPropagator: new MeshPropagator(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    instrumentations: [server, axios, ...clients],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
    ...(sampler && { sampler }),
  })
  sdk.start()
  return {
    axios,
    spans: () => exporter.getFinishedSpans(),
    async [Symbol.asyncDispose]() {
      await sdk.shutdown()
      server.disable()
      axios.disable()
      for (const client of clients) client.disable()
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
