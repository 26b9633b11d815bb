import diagnosticsChannel from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  diag,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Context,
  type SpanOptions,
} from '@opentelemetry/api'
import { getLinks } from '@throughline/propagation/otel'
import { contextScope } from './context-scope.ts'
import { spanMethod } from './http-attributes.ts'
import { endAbortedSpan, endServerSpan, serverAttributes } from './server-attributes.ts'
import { isServedByStock } from './stock-server.ts'
import { isTraced, type ShouldTrace } from './should-trace.ts'
import { observeFastifyRoutes } from './fastify-routes.ts'
import { type RpcMetadata, setRpcMetadata } from './rpc-metadata.ts'
import { suppressTracing } from '../suppress-tracing.ts'
import { type InstrumentationConfig, TracerInstrumentation } from './tracer-instrumentation.ts'

const REQUEST_START = 'http.server.request.start'
const RESPONSE_FINISH = 'http.server.response.finish'
const UNTRACED = suppressTracing(ROOT_CONTEXT)
const SERVER: SpanOptions = { kind: SpanKind.SERVER }

/** Options of {@link HttpServerInstrumentation}. */
export interface HttpServerConfig extends InstrumentationConfig {
  /** Which incoming requests are traced. Default: all. One is traced when it throws. */
  shouldTrace?: ShouldTrace | undefined
  /**
   * True when the sampler never records below a caller that isn't sampled, as no parent-based one does: such a request
   * then runs in its caller's context, and nothing is built for it. Default: false, the sampler is asked each time.
   */
  skipUnsampled?: boolean | undefined
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  socket: Socket
  server: Server
}

interface OpenSpan {
  response: ServerResponse
  metadata: RpcMetadata
}

/**
 * One server span per request, from Node's `diagnostics_channel`: no loader hook is needed, any framework on
 * `node:http` or `node:https` is covered.
 *
 * Where OpenTelemetry's own http instrumentation is on as well, spans and context are left to it.
 *
 * A request that `shouldTrace` refuses runs with tracing suppressed: no span below it either, and no headers are
 * propagated.
 */
export class HttpServerInstrumentation extends TracerInstrumentation<HttpServerConfig> {
  /** Open spans by connection: one `close` listener a connection finds whatever was still unanswered on it. */
  readonly #open = new WeakMap<Socket, OpenSpan[]>()
  #stopFastify = (): void => {}

  constructor(config: HttpServerConfig = {}) {
    super('@throughline/telemetry/http-server', config)
  }

  protected override onEnable(): void {
    diagnosticsChannel.subscribe(REQUEST_START, this.#onStart)
    diagnosticsChannel.subscribe(RESPONSE_FINISH, this.#onFinish)
    this.#stopFastify = observeFastifyRoutes()
  }

  protected override onDisable(): void {
    diagnosticsChannel.unsubscribe(REQUEST_START, this.#onStart)
    diagnosticsChannel.unsubscribe(RESPONSE_FINISH, this.#onFinish)
    this.#stopFastify()
  }

  /** Node turns what a subscriber throws into an uncaught exception, so nothing may leave these two. */
  readonly #onStart = (message: unknown): void => {
    try {
      this.#start(message as Exchange)
    } catch (error) {
      diag.error('a request could not be traced', error)
    }
  }

  readonly #onFinish = (message: unknown): void => {
    const { response, socket } = message as Exchange
    const metadata = takeSpan(this.#open.get(socket), response)
    if (metadata !== undefined) endSafely(endServerSpan, { metadata, response })
  }

  #start({ request, response, socket, server }: Exchange): void {
    if (isServedByStock(server)) return
    // All listeners of the server that serve this request run from here on in the context that is given to it below.
    contextScope.bindServer(server)
    const { shouldTrace, skipUnsampled } = this.config
    if (!isTraced(request, shouldTrace)) {
      bind(UNTRACED, request, response)
      return
    }
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    if (skipUnsampled === true && isUnsampled(parent)) {
      bind(parent, request, response)
      return
    }
    // Attributes come after the sampler's decision: most of the cost of a request that isn't sampled would be theirs.
    const name = spanMethod(request.method ?? 'GET')
    const links = getLinks(parent)
    const span = this.tracer.startSpan(name, links.length === 0 ? SERVER : { ...SERVER, links }, parent)
    const metadata: RpcMetadata = { type: 'http', span }
    bind(setRpcMetadata(trace.setSpan(parent, span), metadata), request, response)
    if (!span.isRecording()) return
    span.setAttributes(serverAttributes(request))
    this.#openSpans(socket).push({ response, metadata })
  }

  #openSpans(socket: Socket): OpenSpan[] {
    const existing = this.#open.get(socket)
    if (existing !== undefined) return existing
    const opened: OpenSpan[] = []
    this.#open.set(socket, opened)
    socket.once('close', () => {
      for (const openSpan of opened.splice(0)) endSafely(endAbortedSpan, openSpan)
    })
    return opened
  }
}

/**
 * Frameworks, and programs, leave anything on a request: it must not throw out of a listener, nor keep the span
 * open.
 */
function endSafely(
  end: (metadata: RpcMetadata, response: ServerResponse) => void,
  { metadata, response }: OpenSpan,
): void {
  try {
    end(metadata, response)
  } catch (error) {
    diag.error('a request could not be traced', error)
    metadata.span.end()
  }
}

/** Where nothing is bound, a request runs without a context: never in that of the request before. */
function bind(requestContext: Context, request: IncomingMessage, response: ServerResponse): void {
  contextScope.bind(request, requestContext)
  contextScope.bind(response, requestContext)
}

/** More than one is open only if a client pipelines. */
function takeSpan(open: OpenSpan[] | undefined, response: ServerResponse): RpcMetadata | undefined {
  if (open === undefined) return undefined
  const at = open[0]?.response === response ? 0 : open.findIndex((span) => span.response === response)
  return at === -1 ? undefined : open.splice(at, 1)[0]?.metadata
}

function isUnsampled(parent: Context): boolean {
  const caller = trace.getSpanContext(parent)
  return caller !== undefined && (caller.traceFlags & TraceFlags.SAMPLED) === 0
}
