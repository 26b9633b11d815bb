import diagnosticsChannel from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  claimOutgoingHeaders,
  currentForwardHeaders,
  forwardHeaders,
  runWithForwardHeaders,
} from '@throughline/propagation'
import { bindForwardHeaders, bindForwardServer } from '@throughline/propagation/http-server'
import type { PropagationConfig } from './config.ts'
import { forwardCalls } from './http/forward-calls.ts'
import { observeHttpCalls } from './http/http-calls.ts'
import { isTraced } from './http/should-trace.ts'
import { observeUndiciCalls } from './http/undici-calls.ts'
import type { ActiveIds, Telemetry, TelemetryOptions } from './telemetry.ts'

const REQUEST_START = 'http.server.request.start'
const NOTHING: Readonly<Record<string, string>> = {}

/** Telemetry without the SDK: a request's trace headers are forwarded with its calls. */
export function createWithoutSdk(
  { shouldTrace, shouldForward }: TelemetryOptions,
  propagation: PropagationConfig,
): Telemetry {
  const onStart = (message: unknown): void => {
    const { request, response, server } = message as {
      request: IncomingMessage
      response: ServerResponse
      server: Server
    }
    bindForwardServer(server)
    const headers = isTraced(request, shouldTrace) ? forwardHeaders(request.headers, propagation) : NOTHING
    bindForwardHeaders(headers, request, response)
  }
  let stop: (() => void)[] = []

  return {
    enabled: false,
    start() {
      const release = claimOutgoingHeaders()
      // Another copy in this process already forwards them.
      if (release === undefined) return
      diagnosticsChannel.subscribe(REQUEST_START, onStart)
      const rules = { shouldForward: () => shouldForward }
      stop = [observeHttpCalls(forwardCalls, rules), observeUndiciCalls(forwardCalls, rules), release]
    },
    loadRest: async () => {},
    flush: async () => {},
    async shutdown() {
      diagnosticsChannel.unsubscribe(REQUEST_START, onStart)
      for (const undo of stop.splice(0)) undo()
    },
    instrumentAxios: () => () => {},
    untraced: (run) => runWithForwardHeaders(NOTHING, run),
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
