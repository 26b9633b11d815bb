import { jsonAnswer, requireMethod } from './answer.ts'
import type { Route } from './answer.ts'
import { readDatadogSpans } from './datadog-spans.ts'
import { decodeMsgpack } from './decode-msgpack.ts'
import { mediaType } from './read-body.ts'
import type { BodyReader } from './read-body.ts'
import { RequestError } from './request-error.ts'
import type { TraceStore } from './trace-store.ts'

/**
 * `PUT` or `POST /v0.4/traces` (Datadog's trace agent), MessagePack. The answer sets no sampling rate, so a tracer keeps
 * its own.
 */
export const createDatadogRoute =
  (store: TraceStore, bodies: BodyReader): Route =>
  async (request, url) => {
    if (url.pathname !== '/v0.4/traces') {
      throw new RequestError('TL_TRACE_NO_ROUTE', 'Datadog traces go to /v0.4/traces')
    }
    requireMethod(request, ['PUT', 'POST'])
    if (mediaType(request) !== 'application/msgpack') {
      throw new RequestError('TL_TRACE_MEDIA_TYPE', 'content-type must be application/msgpack')
    }
    await bodies.read(request, (body) => store.add(readDatadogSpans(decodeMsgpack(body))))
    return jsonAnswer(200, { rate_by_service: {} })
  }
