import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import { isPropagationHeader } from '@throughline/propagation'

export interface RecordingTransport {
  /** For axios: the last step before the socket, after anything that sets trace headers. */
  transport: { request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest }
  /** The outgoing trace headers; empty without a request or without propagation. */
  sent: () => Record<string, string>
  /** `traceparent` as tracing set it, whether it was sent or not. */
  traceparent: () => string | undefined
}

/**
 * Records the trace headers of one outgoing request. With `propagate: false` it removes them, including baggage and
 * request id, as in an application that does not propagate.
 */
export function createRecordingTransport({ propagate }: { propagate: boolean }): RecordingTransport {
  let injected: Record<string, string> = {}
  return {
    transport: {
      request(options, onAnswer) {
        const request = (options.protocol === 'https:' ? https : http).request(options, onAnswer)
        injected = pickTraceHeaders(request.getHeaders())
        if (!propagate) for (const name of Object.keys(injected)) request.removeHeader(name)
        return request
      },
    },
    sent: () => (propagate ? injected : {}),
    traceparent: () => injected['traceparent'],
  }
}

/** The headers of the catalogue that this project reads or writes; never identity headers. */
export function pickTraceHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const picked = Object.entries(headers).flatMap(([name, value]) =>
    isPropagationHeader(name) && (typeof value === 'string' || Array.isArray(value))
      ? [[name, value.toString()] as const]
      : [],
  )
  return Object.fromEntries(picked)
}
