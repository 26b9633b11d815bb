import diagnosticsChannel from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { currentForwardHeaders, enterForwardHeaders, forwardHeaders, type Hint } from '@throughline/propagation'
import { forwardWithAxios } from '@throughline/propagation/axios'
import { isTraced } from './http/should-trace.ts'
import type { ActiveIds, Telemetry, TelemetryOptions } from './telemetry.ts'

const REQUEST_START = 'http.server.request.start'
const NOTHING: Readonly<Record<string, string>> = {}

/**
 * Telemetry without the SDK: what a request brought in trace headers goes on with the calls it leads to, those of
 * `@throughline/propagation`'s own adapters too.
 */
export function createCarrying({ shouldTrace }: TelemetryOptions, hint: Hint): Telemetry {
  const onStart = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage }
    enterForwardHeaders(isTraced(request, shouldTrace) ? forwardHeaders(request.headers, { hint }) : NOTHING)
  }

  return {
    enabled: false,
    start: () => diagnosticsChannel.subscribe(REQUEST_START, onStart),
    flush: async () => {},
    async shutdown() {
      diagnosticsChannel.unsubscribe(REQUEST_START, onStart)
    },
    instrumentAxios: (instance) => forwardWithAxios(instance),
    activeIds: () => idsOf(currentForwardHeaders()),
    activeTraceId: () => idsOf(currentForwardHeaders()).trace_id,
    sampledTraceId: () => undefined,
    exportStats: () => ({ exported: 0, failed: 0, dropped: 0 }),
  }
}

/** The ids are in `x-b3-*` whenever there is a context at all: `traceparent` is left out of an undecided one. */
function idsOf(headers: Readonly<Record<string, string>>): ActiveIds {
  const { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-request-id': requestId } = headers
  return {
    ...(traceId !== undefined && { trace_id: traceId }),
    ...(spanId !== undefined && { span_id: spanId }),
    ...(requestId !== undefined && { request_id: requestId }),
  }
}
