import { createListener, formatPlainError } from './answer.ts'
import { createDatadogRoute } from './datadog-route.ts'
import { listen } from './listen.ts'
import type { ListeningServer } from './listen.ts'
import { serveOtlpGrpc } from './otlp-grpc.ts'
import { createOtlpRoute, formatOtlpError } from './otlp-route.ts'
import { createQueryRoute, formatQueryError } from './query-route.ts'
import { createBodyReader } from './read-body.ts'
import { createTraceStore } from './trace-store.ts'
import type { TraceStore } from './trace-store.ts'
import { createZipkinRoute } from './zipkin-route.ts'

/** Options of {@link serveTraceStore}. */
export interface ServeTraceStoreOptions {
  /** Address to listen on. Default 127.0.0.1. */
  host?: string
  /** Port for OTLP/HTTP. Default 0: the system chooses. */
  otlpPort?: number
  /** Port for OTLP over gRPC. Default 0. */
  otlpGrpcPort?: number
  /** Port for Zipkin v2. Default 0. */
  zipkinPort?: number
  /** Port for Datadog's agent protocol. Default 0. */
  datadogPort?: number
  /** Port for queries. Default 0. */
  queryPort?: number
  /** The store to fill and read. Default a new one with its default bounds. */
  store?: TraceStore
  /**
   * Names in a Host header that are answered, besides IP addresses, `localhost`, `*.localhost` and `host`; `*` is any
   * name. Default none.
   */
  allowedHosts?: readonly string[]
}

/** A store that listens. */
export interface ServedTraceStore extends AsyncDisposable {
  store: TraceStore
  /** Where exporters send OTLP: `http://host:port/v1/traces`. */
  otlpUrl: string
  /** Where exporters send OTLP over gRPC, in plain text: `http://host:port`. */
  otlpGrpcUrl: string
  /** Where exporters send Zipkin: `http://host:port/api/v2/spans`. */
  zipkinUrl: string
  /** Where Datadog tracers find their agent: `http://host:port`; they add the path `/v0.4/traces` themselves. */
  datadogUrl: string
  /** The base of the query API: `http://host:port`. */
  queryUrl: string
  /** Ends all servers and their connections; safe to call again. */
  close: () => Promise<void>
}

/**
 * Serves a trace store on five ports: OTLP over HTTP and gRPC, Zipkin v2, Datadog's agent protocol and a query API
 * shaped like Jaeger's. Rejects with a PortBusyError (`TL_PORT_IN_USE`) that names the port, and leaves nothing
 * listening then.
 */
export async function serveTraceStore(options: ServeTraceStoreOptions = {}): Promise<ServedTraceStore> {
  const { host = '127.0.0.1', otlpPort = 0, otlpGrpcPort = 0, zipkinPort = 0, datadogPort = 0, queryPort = 0 } = options
  const { store = createTraceStore(), allowedHosts = [] } = options
  const bodies = createBodyReader()
  const servers: ListeningServer[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()))
  }
  const serve = async (listener: Parameters<typeof listen>[0], port: number, purpose: string): Promise<string> => {
    const server = await listen(listener, { host, port, purpose })
    servers.push(server)
    return server.origin
  }
  const known = { allowedHosts: [host, ...allowedHosts] }
  const post = { ...known, methods: ['POST'] }
  try {
    const otlp = await serve(
      createListener(createOtlpRoute(store, bodies), { ...post, formatError: formatOtlpError }),
      otlpPort,
      'OTLP/HTTP traces',
    )
    const grpc = await serveOtlpGrpc({ host, port: otlpGrpcPort, purpose: 'OTLP/gRPC traces', store, bodies, ...known })
    servers.push(grpc)
    const zipkin = await serve(
      createListener(createZipkinRoute(store, bodies), { ...post, formatError: formatPlainError }),
      zipkinPort,
      'Zipkin spans',
    )
    const datadogUrl = await serve(
      createListener(createDatadogRoute(store, bodies), {
        ...known,
        methods: ['PUT', 'POST'],
        formatError: formatPlainError,
      }),
      datadogPort,
      'Datadog traces',
    )
    const queryUrl = await serve(
      createListener(createQueryRoute(store), { ...known, methods: ['GET', 'HEAD'], formatError: formatQueryError }),
      queryPort,
      'trace queries',
    )
    return {
      store,
      otlpUrl: `${otlp}/v1/traces`,
      otlpGrpcUrl: grpc.origin,
      zipkinUrl: `${zipkin}/api/v2/spans`,
      datadogUrl,
      queryUrl,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
