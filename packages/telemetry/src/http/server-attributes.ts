import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { SpanStatusCode, type Attributes } from '@opentelemetry/api'
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from './semantic-attributes.ts'
import { readForwarded } from './forwarded.ts'
import { parseHost } from './host.ts'
import { cap, redactQuery, setMethod } from './http-attributes.ts'
import { parseTarget } from './request-target.ts'
import { readRoute } from './route.ts'
import type { RpcMetadata } from './rpc-metadata.ts'
import { spanName } from './span-name.ts'

/** Attributes known when a request starts: OpenTelemetry semantic conventions 1.45, HTTP server span. */
export function serverAttributes(request: IncomingMessage): Attributes {
  const { headers, socket } = request
  const { path, query } = parseTarget(request.url)
  const forwarded = readForwarded(headers)
  const scheme = forwarded.scheme ?? (isEncrypted(socket) ? 'https' : 'http')
  const attributes: Attributes = {
    [ATTR_URL_PATH]: cap(path),
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_NETWORK_PROTOCOL_VERSION]: request.httpVersion,
  }
  setMethod(attributes, request.method ?? 'GET')
  if (query !== '') attributes[ATTR_URL_QUERY] = cap(redactQuery(query))
  const host = parseHost(forwarded.host) ?? parseHost(headers.host)
  if (host !== undefined) {
    attributes[ATTR_SERVER_ADDRESS] = host.address
    attributes[ATTR_SERVER_PORT] = host.port ?? (scheme === 'https' ? 443 : 80)
  }
  const { remoteAddress, remotePort } = socket
  const client = forwarded.client ?? remoteAddress
  if (client !== undefined) attributes[ATTR_CLIENT_ADDRESS] = client
  if (remoteAddress !== undefined) attributes[ATTR_NETWORK_PEER_ADDRESS] = remoteAddress
  if (remotePort !== undefined) attributes[ATTR_NETWORK_PEER_PORT] = remotePort
  const agent = headers['user-agent']
  if (agent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = cap(agent)
  return attributes
}

/** Adds the attributes of the finished response, and ends the span. Only a 5xx is the server's error. */
export function endServerSpan(metadata: RpcMetadata, response: ServerResponse): void {
  const { span } = metadata
  const status = response.statusCode
  nameSpan(metadata, response)
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (status >= 500) {
    span.setAttribute(ATTR_ERROR_TYPE, String(status))
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

/**
 * Ends the span of a response that never went out whole because its connection closed: which is not an error of the
 * server.
 */
export function endAbortedSpan(metadata: RpcMetadata, response: ServerResponse): void {
  const { span } = metadata
  nameSpan(metadata, response)
  if (response.headersSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.statusCode)
  span.setAttribute(ATTR_ERROR_TYPE, 'aborted')
  span.end()
}

function nameSpan(metadata: RpcMetadata, response: ServerResponse): void {
  const route = readRoute(response.req, metadata)
  if (route === undefined) return
  metadata.span.setAttribute(ATTR_HTTP_ROUTE, route)
  metadata.span.updateName(spanName(response.req.method ?? 'GET', route))
}

function isEncrypted(socket: Socket): boolean {
  return 'encrypted' in socket && socket.encrypted === true
}
