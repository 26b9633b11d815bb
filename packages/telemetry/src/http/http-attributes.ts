import { ATTR_HTTP_REQUEST_METHOD } from '@opentelemetry/semantic-conventions'
import type { Attributes } from '@opentelemetry/api'

const ATTR_HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original'
const KNOWN_METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'])
const LONGEST_VALUE = 2048
/** Query parameters whose value is a signature: OpenTelemetry semantic conventions 1.45, `url.query`. */
const SIGNATURE = /(^|&)(AWSAccessKeyId|Signature|sig|X-Goog-Signature)=[^&]*/g

/** Wire data is as long as its sender likes; an attribute is not. */
export function cap(value: string): string {
  return value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE) : value
}

/** A query string without its `?`, signatures replaced by `REDACTED`, everything else kept. */
export function redactQuery(query: string): string {
  return query.replace(SIGNATURE, '$1$2=REDACTED')
}

/** The method as the first word of a span's name: low cardinality, whatever a client sends. */
export function spanMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : 'HTTP'
}

/** Sets `http.request.method`; an unknown one becomes `_OTHER` beside `http.request.method_original`. */
export function setMethod(attributes: Attributes, method: string): void {
  if (KNOWN_METHODS.has(method)) {
    attributes[ATTR_HTTP_REQUEST_METHOD] = method
    return
  }
  attributes[ATTR_HTTP_REQUEST_METHOD] = '_OTHER'
  attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = cap(method)
}
