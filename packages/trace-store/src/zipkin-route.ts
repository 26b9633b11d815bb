import { requireMethod } from './answer.ts'
import type { Route } from './answer.ts'
import { decodeJson, mediaType, readBody } from './read-body.ts'
import { RequestError } from './request-error.ts'
import type { TraceStore } from './trace-store.ts'
import { readZipkinSpans } from './zipkin-spans.ts'

/** `POST /api/v2/spans` (Zipkin API v2), JSON; 202 when taken. */
export const createZipkinRoute =
  (store: TraceStore): Route =>
  async (request, url) => {
    if (url.pathname !== '/api/v2/spans') {
      throw new RequestError('TL_TRACE_NO_ROUTE', 'Zipkin spans go to /api/v2/spans')
    }
    requireMethod(request, ['POST'])
    // Zipkin takes a body without a content type as JSON.
    if (!['application/json', ''].includes(mediaType(request))) {
      throw new RequestError('TL_TRACE_MEDIA_TYPE', 'content-type must be application/json')
    }
    store.add(readZipkinSpans(decodeJson(await readBody(request))))
    return { status: 202 }
  }
