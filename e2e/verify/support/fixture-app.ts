import http from 'node:http'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type Sampler, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { startServer } from '@throughline/lab-testkit'

type Headers = Record<string, string | string[]>

/** How an app of a fixture traces, mistakes included. */
export interface AppBehaviour {
  /** Reads context from requests; `undefined` reads none. */
  reads?: TextMapPropagator | undefined
  /** Writes context into its calls; `undefined` writes none. */
  writes?: TextMapPropagator | undefined
  /** Has no SDK: reports nothing; default false. */
  silent?: boolean
  /** Makes spans and propagates them, but reports none; default false. */
  exportsNothing?: boolean
  sampler?: Sampler
  /** Changes the headers of a call before they leave; `incoming` are those of the request it serves. */
  rewrite?: ((outgoing: Headers, incoming: http.IncomingHttpHeaders) => Headers) | undefined
  /** Uses one context for every call it makes, whichever request it serves; default false. */
  leaks?: boolean
  /** Status that it answers with; default 200. */
  status?: number
}

export interface AppOptions {
  name: string
  behaviour: AppBehaviour
  /** `http://host:port` that it calls for each request; default none. */
  upstream?: string | undefined
  /** Headers of its calls, such as the Host that a mesh routes by. */
  headers?: Record<string, string>
  exporter: () => SpanExporter
}

/** An HTTP service with OpenTelemetry's SDK and propagators, instrumented by hand so that it can make each mistake. */
export async function startApp({ name, behaviour, upstream, headers = {}, exporter }: AppOptions) {
  const { reads, writes, silent = false, exportsNothing = false, sampler, rewrite, leaks = false } = behaviour
  const processors =
    silent || exportsNothing
      ? []
      : [new BatchSpanProcessor(exporter(), { scheduledDelayMillis: 100, maxExportBatchSize: 512 })]
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name, 'telemetry.sdk.language': 'nodejs' }),
    spanProcessors: processors,
    ...(sampler && { sampler }),
  })
  const tracer = provider.getTracer('fixture')
  let leaked: Context | undefined

  const server = await startServer((request, response) => {
    const incoming = request.headers
    const parent = reads ? reads.extract(ROOT_CONTEXT, incoming, defaultTextMapGetter) : ROOT_CONTEXT
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? name}`)
    const span = silent
      ? undefined
      : tracer.startSpan(
          `GET ${url.pathname}`,
          {
            kind: SpanKind.SERVER,
            attributes: {
              'http.request.method': 'GET',
              'url.path': url.pathname,
              'user_agent.original': incoming['user-agent'] ?? '',
            },
          },
          parent,
        )
    const here = span ? trace.setSpan(parent, span) : parent
    leaked ??= here
    const finish = (status: number, body: string): void => {
      span?.setAttribute('http.response.status_code', status)
      span?.end()
      response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
    }
    if (upstream === undefined) return finish(behaviour.status ?? 200, 'ok\n')
    call(leaks ? leaked : here, incoming).then(
      ({ status, body }) => finish(status < 400 ? 200 : 502, `${name}: upstream answered ${status}: ${body}`),
      (error: Error) => finish(502, `${name}: ${error.message}`),
    )
  })

  const call = (parent: Context, incoming: http.IncomingHttpHeaders): Promise<{ status: number; body: string }> => {
    const url = new URL('/item', upstream)
    const authority = headers['host'] ?? url.host
    const span = silent
      ? undefined
      : tracer.startSpan(
          'GET',
          {
            kind: SpanKind.CLIENT,
            attributes: {
              'http.request.method': 'GET',
              'url.full': `http://${authority}/item`,
              'server.address': authority.split(':')[0] ?? '',
            },
          },
          parent,
        )
    const carrier: Headers = { ...headers }
    writes?.inject(span ? trace.setSpan(parent, span) : parent, carrier, defaultTextMapSetter)
    return new Promise((resolve, reject) => {
      http
        .get(url, { headers: rewrite ? rewrite(carrier, incoming) : carrier }, (answer) => {
          let body = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
          answer.once('end', () => {
            span?.setAttribute('http.response.status_code', answer.statusCode ?? 0)
            span?.end()
            resolve({ status: answer.statusCode ?? 0, body })
          })
        })
        .once('error', (error) => {
          span?.end()
          reject(error)
        })
    })
  }

  return {
    url: server.url,
    port: server.port,
    async [Symbol.asyncDispose]() {
      await server.close()
      // What its spans are sent through may have ended before it.
      await provider.shutdown().catch(() => {})
    },
  }
}

/** Sends an app's spans by OTLP over HTTP. */
export const otlpExporter = (url: string) => (): SpanExporter => new OTLPTraceExporter({ url, timeoutMillis: 1000 })
