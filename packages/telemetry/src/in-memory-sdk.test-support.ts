import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan, type Sampler } from '@opentelemetry/sdk-trace'
import { MeshPropagator } from '@throughline/propagation/otel'
import { AxiosInstrumentation } from './http/http-client.ts'
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
}

/** A stock NodeSDK with our instrumentations plugged in, as a team with a set-up of its own would have it. */
export function startInMemorySdk({ sampler, shouldTrace, skipUnsampled }: InMemorySdkOptions = {}): InMemorySdk {
  const exporter = new InMemorySpanExporter()
  const contextManager = new AsyncLocalStorageContextManager()
  const server = new HttpServerInstrumentation({ contextManager, shouldTrace, skipUnsampled })
  const axios = new AxiosInstrumentation()
  const sdk = new NodeSDK({
    contextManager,
    textMapPropagator: new MeshPropagator(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    instrumentations: [server, axios],
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
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
