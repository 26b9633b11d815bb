import { serveTraceStore } from '@throughline/trace-store'
import type { Span } from '../evidence/span.ts'
import { readJaegerTrace } from './read-jaeger-trace.ts'
import type { TraceBackend } from './trace-backend.ts'

export interface ListenOptions {
  host: string
  /** Ports to receive at; each is left out, or 0 for one that the system chooses. */
  grpc?: number
  http?: number
  zipkin?: number
}

/**
 * Receives spans in this process: OTLP over gRPC and HTTP, and Zipkin.
 *
 * @throws PortBusyError when a port is taken
 */
export async function listenForSpans(options: ListenOptions): Promise<{ backend: TraceBackend; addresses: string[] }> {
  const { host, grpc, http, zipkin } = options
  const served = await serveTraceStore({
    host,
    // Senders may use names of their own networks for this machine.
    allowedHosts: ['*'],
    ...(grpc !== undefined && { otlpGrpcPort: grpc }),
    ...(http !== undefined && { otlpPort: http }),
    ...(zipkin !== undefined && { zipkinPort: zipkin }),
  })
  const { store } = served
  return {
    addresses: [
      ...(grpc !== undefined ? [served.otlpGrpcUrl] : []),
      ...(http !== undefined ? [served.otlpUrl] : []),
      ...(zipkin !== undefined ? [served.zipkinUrl] : []),
    ],
    backend: {
      kind: 'listen',
      searchable: true,
      trace: (traceId) => Promise.resolve(read([store.trace(traceId)])),
      search: ({ startUs, endUs }) =>
        Promise.resolve(read(store.traces({ startMicros: startUs, endMicros: endUs, limit: 5000 }))),
      close: served.close,
    },
  }
}

const read = (traces: readonly unknown[]): Span[] => traces.flatMap((trace) => readJaegerTrace(trace)?.spans ?? [])
