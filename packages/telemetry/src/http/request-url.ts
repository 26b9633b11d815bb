import type { ClientRequest } from 'node:http'

/** The URL that a request of `node:http` or `node:https` is made to. */
export function urlOf(request: ClientRequest): string {
  const { protocol, host, path } = request
  // A request to a proxy names its target in full.
  if (/^https?:\/\//i.test(path)) return path
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${protocol}//${address}${portOf(request.getHeader('host'), address)}${path}`
}

/** The request itself keeps no port. A `Host` that the user set may name another host, and then says nothing of it. */
function portOf(header: unknown, address: string): string {
  if (typeof header !== 'string' || !header.startsWith(`${address}:`)) return ''
  return header.slice(address.length)
}
