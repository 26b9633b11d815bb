import type http from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { isUrl, requestOptionsOf } from './request-arguments.ts'

/** The original request functions of a module. */
const httpsRequests = new Set<unknown>([https.request, https.get])

/** The protocol that a request function has when its options name none. */
export function protocolOf(request: unknown): 'http:' | 'https:' {
  return httpsRequests.has(request) || request === https.request || request === https.get ? 'https:' : 'http:'
}

/**
 * The URL that `request(url, options)` or `request(options)` calls, as `node:http` puts it together: options win over
 * the URL, `hostname` over `host`.
 */
export function urlOfRequest(args: readonly unknown[], defaultProtocol: 'http:' | 'https:'): string {
  const [first] = args
  const url = typeof first === 'string' ? new URL(first) : isUrl(first) ? (first as URL) : undefined
  const options: http.RequestOptions = { ...(url && urlToHttpOptions(url)), ...requestOptionsOf(args) }
  const { agent, protocol, hostname, host, path } = options
  const name = hostname || host || 'localhost'
  const address = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name
  const port = options.port || options.defaultPort || ''
  const origin = new URL(
    `${protocol ?? protocolOfAgent(agent) ?? defaultProtocol}//${address}${port === '' ? '' : `:${port}`}`,
  ).origin
  const target = path ?? '/'
  return /^https?:\/\//i.test(target) ? target : origin + target
}

/** An HTTPS agent makes a request of `node:http` an HTTPS request. */
function protocolOfAgent(agent: http.RequestOptions['agent']): string | undefined {
  return (agent as { protocol?: string } | undefined)?.protocol
}
