import type { ClientRequest } from 'node:http'
import { urlOfRequest } from '@throughline/propagation/http-client'

/** The arguments of a request. */
export interface AskedFor {
  readonly args: readonly unknown[]
  /** Of the module whose `request` was called. */
  readonly protocol: 'http:' | 'https:'
}

/**
 * The URL of a request of `node:http` or `node:https`.
 *
 * @param asked tells the port where the headers of the request don't.
 */
export function urlOf(request: ClientRequest, asked?: AskedFor): string {
  const { protocol, host, path } = request
  // A request to a proxy names its target in full.
  if (/^https?:\/\//i.test(path)) return path
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const header = request.getHeader('host')
  if (header === address) return `${protocol}//${address}${path}`
  if (typeof header === 'string' && header.startsWith(`${address}:`)) return `${protocol}//${header}${path}`
  // The request itself keeps no port, and a `Host` that the user set, or a list of headers, says nothing of it.
  return asked === undefined ? `${protocol}//${address}${path}` : urlOfRequest(asked.args, asked.protocol)
}
