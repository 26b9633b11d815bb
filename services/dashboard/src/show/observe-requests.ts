import os from 'node:os'
import type { Request } from 'express'
import type { UpstreamAnswer } from '../call-outcome.ts'
import type { CountAnswer, CountRouteOptions } from '../count-route.ts'
import {
  explainCaller,
  type HopExplanation,
  parseUpstreamExplanation,
  showableHeaders,
  type UpstreamExplanation,
} from './explanation.ts'
import type { History } from './history.ts'
import { createRecordingTransport, pickTraceHeaders } from './recording-transport.ts'
import { setTraceLinks } from './trace-links.ts'
import { asksForBrokenTrace } from './traffic-settings.ts'

export interface ObserveOptions {
  history: History
  /** Whether a request goes into the history. */
  isKept: (request: Request) => boolean
  upstreamUrl: string
  traceId?: (() => string | undefined) | undefined
  spanId?: (() => string | undefined) | undefined
  /** Honour a request for a broken trace. */
  faults: boolean
  traces: boolean
  traceUiUrl: string | undefined
  /** False: the trace of a request is the one in its headers. */
  appSpans: boolean
}

/** With this header counting reports what arrived. */
const EXPLAIN = { 'x-throughline-explain': '1' }

/**
 * Sees each request of `GET /api/count`: records the outgoing trace headers, keeps the request in the history, and
 * links the answer to its trace. `?explain=1` adds the call tree to the answer.
 */
export function observeRequests(options: ObserveOptions): NonNullable<CountRouteOptions['observe']> {
  const { history, isKept, upstreamUrl: url, faults, traceId, spanId, appSpans } = options
  return (request, response) => {
    const propagate = !(faults && asksForBrokenTrace(request.get('baggage')))
    const { transport, sent, traceparent } = createRecordingTransport({ propagate })
    const ids = { traceId: traceId?.() ?? null, spanId: spanId?.() }
    return {
      call: { transport, headers: EXPLAIN },
      onAnswer: (answer, call) => {
        const hop = answer.state === 'connected' ? readExplanation(call.answer) : undefined
        const explain = explainRequest(request, { answer, url, sent: sent(), hop })
        const trace = appSpans ? { traceId: answer.traceId } : nameForwardedTrace(answer, explain)
        if (isKept(request)) history.add({ ...answer, ...trace }, explain)
        setTraceLinks(response, { ...options, ...ids, traceparent: traceparent() })
        return { ...trace, ...(request.query['explain'] === '1' && { explain }) }
      },
    }
  }
}

function readExplanation(answer: UpstreamAnswer | undefined): UpstreamExplanation | undefined {
  // A service in place of counting may answer with anything.
  if (answer === undefined || !/^application\/json(;|$)/i.test(answer.contentType)) return undefined
  try {
    return parseUpstreamExplanation((JSON.parse(answer.body) as { explain?: unknown } | null)?.explain)
  } catch {
    return undefined
  }
}

/**
 * Without spans of our own (SDK off), the trace is the one in the headers that arrived here, else in those at
 * counting.
 */
function nameForwardedTrace({ traceId }: CountAnswer, explain: HopExplanation) {
  const found = traceId ?? explain.caller?.traceId ?? explain.calls[0]?.hop?.caller?.traceId
  return { traceId: found ?? null, appSpans: false as const }
}

interface ExplainedCall {
  answer: CountAnswer
  url: string
  sent: Record<string, string>
  hop: UpstreamExplanation | undefined
}

/** The call tree of one request: this application, and below it counting as it describes itself. */
function explainRequest(request: Request, { answer, url, sent, hop }: ExplainedCall): HopExplanation {
  const received = pickTraceHeaders(request.headers)
  return {
    service: 'dashboard',
    hostname: os.hostname(),
    received: showableHeaders(received),
    caller: explainCaller(received),
    calls: [
      {
        url,
        sent: showableHeaders(sent),
        status: answer.status,
        durationMs: answer.durationMs,
        hop: hop
          ? {
              service: 'counting',
              hostname: answer.hostname,
              received: showableHeaders(hop.headers),
              caller: explainCaller(hop.headers),
              calls: [],
            }
          : null,
      },
    ],
  }
}
