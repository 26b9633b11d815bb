import type http from 'node:http'
import http2 from 'node:http2'
import zlib from 'node:zlib'

import { checkAccess } from './access.ts'
import { MAX_BODY_BYTES } from './limits.ts'
import { type ListeningServer, type ListenOptions, startServer } from './listen.ts'
import { decodeOtlpProtobuf } from './otlp-protobuf.ts'
import { readOtlpSpans } from './otlp-spans.ts'
import type { BodyReader } from './read-body.ts'
import { RequestError, describeCause, malformed } from './request-error.ts'
import type { TraceStore } from './trace-store.ts'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
/** Flag and length before each message (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX_BYTES = 5

/** google.rpc.Code by the status that HTTP has for the same error. */
const CODES: Record<number, number> = { 400: 3, 403: 7, 404: 12, 413: 8, 415: 12, 503: 14 }

export interface OtlpGrpcOptions extends ListenOptions {
  store: TraceStore
  bodies: BodyReader
  allowedHosts: readonly string[]
}

/**
 * Serves `TraceService/Export` of OTLP over gRPC, in plain text: one message in, an empty one out, and the outcome in
 * the trailers `grpc-status` and `grpc-message`. Rejects with a PortBusyError when the port is taken.
 */
export async function serveOtlpGrpc({ store, bodies, allowedHosts, ...at }: OtlpGrpcOptions): Promise<ListeningServer> {
  const server = http2.createServer()
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    // A client that disconnects during an export needs no answer.
    session.on('error', () => {})
  })
  server.on('request', (request, response) => {
    request.on('error', () => {})
    void take(request).then(
      () => answer(response, 0),
      (error: unknown) => {
        const known = error instanceof RequestError
        answer(response, known ? (CODES[error.status] ?? 2) : 13, known ? error.message : describeCause(error))
      },
    )
  })

  const take = async (request: http2.Http2ServerRequest): Promise<void> => {
    // Both are readable streams with headers, which is all that is used here.
    const message = request as unknown as http.IncomingMessage
    message.headers.host ??= request.authority
    checkAccess(message, allowedHosts)
    if (request.url !== EXPORT) throw new RequestError('TL_TRACE_NO_ROUTE', `OTLP traces go to ${EXPORT}`)
    await bodies.read(message, (body) => store.add(readOtlpSpans(decodeOtlpProtobuf(unframe(body)))))
  }

  return startServer(server, at, () => {
    for (const session of sessions) session.destroy()
  })
}

function unframe(body: Buffer): Buffer {
  if (body.length < PREFIX_BYTES) throw malformed('the body is not a gRPC message: it is shorter than its prefix')
  const message = body.subarray(PREFIX_BYTES)
  if (message.length !== body.readUInt32BE(1))
    throw malformed('the body is not one gRPC message of the length it names')
  if (body[0] === 0) return message
  try {
    return zlib.gunzipSync(message, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    throw malformed(`the message is not gzip: ${describeCause(error)}`, error)
  }
}

function answer(response: http2.Http2ServerResponse, code: number, message = ''): void {
  if (response.stream.destroyed || response.headersSent) return
  response.writeHead(200, { 'content-type': 'application/grpc' })
  // Text that is not printable ASCII goes percent-encoded (gRPC over HTTP/2, "Status-Message").
  response.addTrailers({ 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) })
  response.end(code === 0 ? Buffer.alloc(PREFIX_BYTES) : '')
}
