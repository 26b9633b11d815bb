import net from 'node:net'
import type { RequestHandler } from 'express'
import { ServiceError } from './errors.ts'

/** The name in a Host header: without port, brackets or the dot at its end, in lower case. */
function nameOf(host: string): string {
  const name = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')
  return name.toLowerCase().replace(/\.$/, '')
}

/**
 * Refuses requests to any name but this service's, which are `localhost`, a name below it, an
 * IP address, and those of `allowedHosts`, where `*.example.com` is every name below that and `*` every name. A page
 * whose own name resolves to this machine (DNS rebinding) shares the origin of what it reaches, but its browser sends
 * that name as Host.
 */
export function checkHost(allowedHosts: readonly string[]): RequestHandler {
  const allowed = new Set(allowedHosts.map(nameOf))
  const suffixes = [...allowed].filter((name) => name.startsWith('*.')).map((name) => name.slice(1))
  return (request, _response, next) => {
    const name = nameOf(request.headers.host ?? '')
    const isOurs =
      allowed.has('*') ||
      net.isIP(name) !== 0 ||
      name === 'localhost' ||
      name.endsWith('.localhost') ||
      allowed.has(name) ||
      suffixes.some((suffix) => name.endsWith(suffix))
    if (!isOurs) {
      const shown = /^[\w.-]{1,100}$/.test(name) ? ` "${name}"` : ''
      throw new ServiceError(
        'TL_HOST',
        `the Host header${shown} is not a name of this service; add it to ALLOWED_HOSTS`,
      )
    }
    next()
  }
}
