import { ATTR_HTTP_REQUEST_METHOD } from './semantic-attributes.ts'
import type { Attributes } from '@opentelemetry/api'

const ATTR_HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original'
const DEFAULT_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']
let knownMethods = parseMethods(process.env.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS)
const LONGEST_VALUE = 2048
/**
 * Names of query parameters whose value lets anyone do what its owner may, by how they end: those of OpenTelemetry
 * semantic conventions 1.45, `url.query`, and the others of presigned addresses (`X-Amz-`, `X-Goog-`, `X-Oss-`,
 * `q-signature`, SAS, CloudFront), of OAuth 2.0 (RFC 6750 §2.3), keys and passwords.
 */
const SECRET =
  /(?:^sig|^q-ak|signature|credentials?|security[-_]token|access_?key_?id|accessid|key-pair-id|(?:access|refresh|id)_token|_secret|api[-_]?key|passw(?:or)?d)$/
/** A query without any of these has no secret, and most have none. */
const SUSPICIOUS = /sig|q-ak|credential|token|access|key|secret|passw|%/i
/**
 * What a name may begin behind: some servers take `;` for `&`, and a value may be an address that has a query
 * itself.
 */
const BEFORE_NAME = /([;?]|%3b|%3f|%26)/i

/** Wire data may have any length; an attribute may not. */
export function cap(value: string): string {
  return value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE) : value
}

/** A query string without its `?`, as long as an attribute may be, with `REDACTED` in place of secrets. */
export function redactQuery(text: string): string {
  const query = cap(text)
  if (!SUSPICIOUS.test(query)) return query
  return query.split('&').map(redactPair).join('&')
}

/** A value extends to the next `&`, whatever is in it. */
function redactPair(pair: string): string {
  let start = 0
  for (const part of pair.split(BEFORE_NAME)) {
    const { index = 0, 0: equals } = /=|%3d/i.exec(part) ?? {}
    if (equals !== undefined && isSecret(part.slice(0, index))) {
      return `${pair.slice(0, start + index)}${equals}REDACTED`
    }
    start += part.length
  }
  return pair
}

function isSecret(name: string): boolean {
  try {
    return SECRET.test(decodeURIComponent(name.replaceAll('+', ' ')).trim().toLowerCase())
  } catch {
    return false
  }
}

/** Takes `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`: a list with commas that replaces the usual methods. */
export function setKnownMethods(list: string | undefined): void {
  knownMethods = parseMethods(list)
}

function parseMethods(list: string | undefined): ReadonlySet<string> {
  const methods = (list ?? '').split(',').map((method) => method.trim())
  return new Set(methods.some(Boolean) ? methods : DEFAULT_METHODS)
}

/** The method as the first word of a span's name, with low cardinality for any client. */
export function spanMethod(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP'
}

/** Sets `http.request.method`; an unknown one becomes `_OTHER` beside `http.request.method_original`. */
export function setMethod(attributes: Attributes, method: string): void {
  if (knownMethods.has(method)) {
    attributes[ATTR_HTTP_REQUEST_METHOD] = method
    return
  }
  attributes[ATTR_HTTP_REQUEST_METHOD] = '_OTHER'
  attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = cap(method)
}
