import { decode } from '@msgpack/msgpack'

import { jsonAnswer, requireMethod } from './answer.ts'
import type { Route } from './answer.ts'
import { readDatadogSpans } from './datadog-spans.ts'
import { mediaType, readBody } from './read-body.ts'
import { RequestError, describeCause, malformed } from './request-error.ts'
import type { TraceStore } from './trace-store.ts'

// The decoder makes room for as many items as a list says it has, before it has seen one.
const limits = { maxArrayLength: 65_536, maxMapLength: 4096 }

function decodeMsgpack(body: Uint8Array): unknown {
  try {
    return decode(body, { useBigInt64: true, ...limits })
  } catch (error) {
    throw malformed(`the body is not MessagePack: ${describeCause(error)}`, error)
  }
}

/**
 * `PUT` or `POST /v0.4/traces` (Datadog's trace agent), MessagePack. The answer sets no sampling rate, so a tracer keeps
 * its own.
 */
export const createDatadogRoute =
  (store: TraceStore): Route =>
  async (request, url) => {
    if (url.pathname !== '/v0.4/traces') {
      throw new RequestError('TL_TRACE_NO_ROUTE', 'Datadog traces go to /v0.4/traces')
    }
    requireMethod(request, ['PUT', 'POST'])
    if (mediaType(request) !== 'application/msgpack') {
      throw new RequestError('TL_TRACE_MEDIA_TYPE', 'content-type must be application/msgpack')
    }
    store.add(readDatadogSpans(decodeMsgpack(await readBody(request))))
    return jsonAnswer(200, { rate_by_service: {} })
  }
