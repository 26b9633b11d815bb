import type { Response } from 'express'

export interface TraceLinksOptions {
  traceId: string | null
  /** The server span of this request. */
  spanId: string | undefined
  /** `traceparent` of the outgoing call, which has the sampling decision. */
  traceparent: string | undefined
  /** Whether this dashboard answers `GET /api/traces/:traceId`. */
  traces: boolean
  /** Where traces are displayed; `{traceId}` is replaced. */
  traceUiUrl: string | undefined
}

/** Names the trace of a request to its caller: `traceresponse` (W3C Trace Context Level 2) and `link` (RFC 8288). */
export function setTraceLinks(response: Response, options: TraceLinksOptions): void {
  const { traceId, spanId, traceparent, traces, traceUiUrl } = options
  if (traceId === null) return
  const flags = /-(0[0-3])$/.exec(traceparent ?? '')?.[1]
  if (spanId !== undefined && flags !== undefined) response.set('traceresponse', `00-${traceId}-${spanId}-${flags}`)
  const links = [
    ...(traces ? [`</api/traces/${traceId}>; rel="describedby"; type="application/json"`] : []),
    ...(traceUiUrl === undefined
      ? []
      : [`<${encodeURI(traceUiUrl.replaceAll('{traceId}', traceId))}>; rel="alternate"`]),
  ]
  if (links.length > 0) response.set('link', links.join(', '))
}
