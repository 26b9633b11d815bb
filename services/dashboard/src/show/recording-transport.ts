import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import { isPropagationHeader } from '@throughline/propagation'

export interface RecordingTransport {
  /** For axios: the last thing before the socket, so below whoever sets trace headers. */
  transport: { request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest }
  /** The trace headers as they left; empty when no request was made or nothing was carried on. */
  sent: () => Record<string, string>
  /** `traceparent` as tracing wanted it, whether it left or not. */
  traceparent: () => string | undefined
}

/**
 * Notes the trace headers of one outgoing request. With `propagate: false` it takes them off, as if this application
 * did not carry them on: baggage and request id too, which such an application loses as well.
 */
export function createRecordingTransport({ propagate }: { propagate: boolean }): RecordingTransport {
  let wanted: Record<string, string> = {}
  return {
    transport: {
      request(options, onAnswer) {
        const request = (options.protocol === 'https:' ? https : http).request(options, onAnswer)
        wanted = pickTraceHeaders(request.getHeaders())
        if (!propagate) for (const name of Object.keys(wanted)) request.removeHeader(name)
        return request
      },
    },
    sent: () => (propagate ? wanted : {}),
    traceparent: () => wanted['traceparent'],
  }
}

/** The headers of the catalogue that this project reads or writes; identity headers are none of them. */
export function pickTraceHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const picked = Object.entries(headers).flatMap(([name, value]) =>
    isPropagationHeader(name) && (typeof value === 'string' || Array.isArray(value))
      ? [[name, value.toString()] as const]
      : [],
  )
  return Object.fromEntries(picked)
}
