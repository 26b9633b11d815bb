import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from './semantic-attributes.ts'
import type { CallOutcome } from './call-observer.ts'
import { cap, redactQuery, setMethod } from './http-attributes.ts'
import { propertyOf } from '../property-of.ts'

/** Attributes known when a call starts: OpenTelemetry semantic conventions 1.45, HTTP client span. */
export function clientAttributes(method: string, uri: string): Attributes {
  const attributes: Attributes = {}
  setMethod(attributes, method)
  const url = parseUrl(uri)
  if (url === undefined) return attributes
  url.username = ''
  url.password = ''
  // Never sent, and it may hold a token.
  url.hash = ''
  if (url.search !== '') url.search = redactQuery(url.search.slice(1))
  attributes[ATTR_URL_FULL] = cap(url.href)
  attributes[ATTR_SERVER_ADDRESS] = url.hostname.replace(/^\[|\]$/g, '')
  attributes[ATTR_SERVER_PORT] = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return attributes
}

/** Adds the outcome and ends the span. A status from 400 up, or an incomplete response, is an error. */
export function endClientSpan(span: Span, { status, error, peer }: CallOutcome): void {
  if (peer?.address !== undefined) span.setAttribute(ATTR_NETWORK_PEER_ADDRESS, peer.address)
  if (peer?.port !== undefined) span.setAttribute(ATTR_NETWORK_PEER_PORT, peer.port)
  if (peer?.protocolVersion !== undefined) span.setAttribute(ATTR_NETWORK_PROTOCOL_VERSION, peer.protocolVersion)
  if (status !== undefined) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (status !== undefined && status >= 400) {
    span.setAttribute(ATTR_ERROR_TYPE, String(status))
    span.setStatus({ code: SpanStatusCode.ERROR })
  } else if (status === undefined || error !== undefined) {
    const [code, name, message] = ['code', 'name', 'message'].map((key) => propertyOf(error, key))
    span.setAttribute(ATTR_ERROR_TYPE, [code, name].find(isText) ?? '_OTHER')
    span.setStatus({ code: SpanStatusCode.ERROR, ...(isText(message) && { message: cap(message) }) })
  }
  span.end()
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function parseUrl(uri: string): URL | undefined {
  try {
    return new URL(uri)
  } catch {
    return undefined
  }
}
