import { ATTR_HTTP_REQUEST_METHOD } from './semantic-attributes.ts'
import type { Attributes } from '@opentelemetry/api'

const ATTR_HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original'
const DEFAULT_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']
let knownMethods = parseMethods(process.env.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS)
const LONGEST_VALUE = 2048
/**
 * Query parameters whose value lets anyone do what its owner may: those of OpenTelemetry semantic conventions 1.45,
 * `url.query`, and the others of presigned addresses (AWS Signature Version 4, Google Cloud Storage V4, CloudFront, Azure
 * SAS) and of OAuth 2.0 (RFC 6750 §2.3).
 */
const SECRETS = new Set([
  'awsaccesskeyid',
  'signature',
  'sig',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
  'x-goog-signature',
  'x-goog-credential',
  'googleaccessid',
  'key-pair-id',
  'access_token',
  'client_secret',
])
/** A query without any of these has no secret, and most have none. */
const SUSPICIOUS = /sig|aws|x-|goog|key-|access_|client_|%/i

/** Wire data is as long as its sender likes; an attribute is not. */
export function cap(value: string): string {
  return value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE) : value
}

/** A query string without its `?`, as long as an attribute may be, with `REDACTED` in place of secrets. */
export function redactQuery(text: string): string {
  const query = cap(text)
  if (!SUSPICIOUS.test(query)) return query
  return query.split('&').map(redactPair).join('&')
}

/** Some servers take `;` for `&`, so a name may begin behind one; a value goes on to the next `&` all the same. */
function redactPair(pair: string): string {
  for (const { 1: name = '', index, 0: start } of pair.matchAll(/(?<=^|;)([^;=]+)=/g)) {
    if (isSecret(name)) return `${pair.slice(0, index)}${start}REDACTED`
  }
  return pair
}

function isSecret(name: string): boolean {
  try {
    return SECRETS.has(decodeURIComponent(name.replaceAll('+', ' ')).trim().toLowerCase())
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

/** The method as the first word of a span's name: low cardinality, whatever a client sends. */
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
