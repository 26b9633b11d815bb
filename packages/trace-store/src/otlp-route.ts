import type http from 'node:http'

import { jsonAnswer, requireMethod } from './answer.ts'
import type { Answer, Route } from './answer.ts'
import { decodeJson } from './decode-json.ts'
import { decodeOtlpProtobuf, encodeRpcStatus } from './otlp-protobuf.ts'
import { readOtlpSpans } from './otlp-spans.ts'
import { mediaType } from './read-body.ts'
import type { BodyReader } from './read-body.ts'
import { RequestError } from './request-error.ts'
import type { TraceStore } from './trace-store.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

// google.rpc.Code
const INVALID_ARGUMENT = 3
const INTERNAL = 13

/** `POST /v1/traces` (OTLP/HTTP 1.x), protobuf or JSON; the answer has the content type of the request. */
export const createOtlpRoute =
  (store: TraceStore, bodies: BodyReader): Route =>
  async (request, url) => {
    if (url.pathname !== '/v1/traces') throw new RequestError('TL_TRACE_NO_ROUTE', 'OTLP traces go to /v1/traces')
    requireMethod(request, ['POST'])
    const type = mediaType(request)
    if (type !== PROTOBUF && type !== JSON_TYPE) {
      throw new RequestError('TL_TRACE_MEDIA_TYPE', `content-type must be ${PROTOBUF} or ${JSON_TYPE}`)
    }
    const decode = type === PROTOBUF ? decodeOtlpProtobuf : decodeJson
    await bodies.read(request, (body) => store.add(readOtlpSpans(decode(body))))
    // An ExportTraceServiceResponse with nothing to report: no bytes in protobuf, an empty object in JSON.
    return type === PROTOBUF ? { status: 200, headers: { 'content-type': PROTOBUF } } : jsonAnswer(200, {})
  }

/** An OTLP error answer: google.rpc.Status in the content type of the request; for other types `{ code: 'TL_…', message }`. */
export function formatOtlpError(error: RequestError, request: http.IncomingMessage): Answer {
  const type = mediaType(request)
  const status = { code: error.status < 500 ? INVALID_ARGUMENT : INTERNAL, message: error.message }
  if (type === PROTOBUF) {
    return { status: error.status, headers: { 'content-type': PROTOBUF }, body: encodeRpcStatus(status) }
  }
  return jsonAnswer(error.status, type === JSON_TYPE ? status : { code: error.code, message: error.message })
}
