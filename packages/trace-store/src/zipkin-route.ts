import { requireMethod } from './answer.ts'
import type { Route } from './answer.ts'
import { decodeJson } from './decode-json.ts'
import { mediaType } from './read-body.ts'
import type { BodyReader } from './read-body.ts'
import { RequestError } from './request-error.ts'
import type { TraceStore } from './trace-store.ts'
import { readZipkinSpans } from './zipkin-spans.ts'

/** `POST /api/v2/spans` (Zipkin API v2), JSON; 202 when taken. */
export const createZipkinRoute =
  (store: TraceStore, bodies: BodyReader): Route =>
  async (request, url) => {
    if (url.pathname !== '/api/v2/spans') {
      throw new RequestError('TL_TRACE_NO_ROUTE', 'Zipkin spans go to /api/v2/spans')
    }
    requireMethod(request, ['POST'])
    // Zipkin reads a body without a content type as JSON. Here it is required: a page of any origin can send the rest.
    if (mediaType(request) !== 'application/json') {
      throw new RequestError('TL_TRACE_MEDIA_TYPE', 'content-type must be application/json')
    }
    await bodies.read(request, (body) => store.add(readZipkinSpans(decodeJson(body))))
    return { status: 202 }
  }
