import type http from 'node:http'
import net from 'node:net'

import { RequestError } from './request-error.ts'

/** The name in a Host header: without port, brackets or the dot at its end, in lower case. */
function nameOf(host: string): string {
  const name = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')
  return name.toLowerCase().replace(/\.$/, '')
}

/**
 * Whether a Host header is a local name of this machine. A page whose own name resolves to this machine (DNS rebinding)
 * shares the origin of what it reaches, but can't send another Host. An IP address is not resolved, so it is always
 * allowed. In `allowedHosts`, `*.example.com` is every name below that, and `*` every name.
 */
export function isKnownHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = nameOf(host)
  return (
    net.isIP(name) !== 0 ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    allowedHosts.some((allowed) => {
      const pattern = nameOf(allowed)
      return pattern === '*' || pattern === name || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)))
    })
  )
}

/**
 * Whether a browser sent a request for a page of another origin. Browsers say so in `Sec-Fetch-Site`, and with
 * everything but a plain GET in `Origin`.
 */
export function isFromOtherPage({ headers }: http.IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return true
  const { origin } = headers
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== headers.host)
}

/**
 * Refuses requests from pages of another origin, and requests to a name that is neither in `allowedHosts` nor of this
 * machine. Throws a RequestError (403).
 */
export function checkAccess(request: http.IncomingMessage, allowedHosts: readonly string[]): void {
  if (!isKnownHost(request.headers.host ?? '', allowedHosts)) {
    throw new RequestError('TL_TRACE_HOST', 'the Host header is not a name of this store; add it to allowedHosts')
  }
  if (isFromOtherPage(request)) {
    throw new RequestError('TL_TRACE_ORIGIN', 'the trace store does not answer pages of other origins')
  }
}
