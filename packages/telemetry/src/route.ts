import type { IncomingMessage } from 'node:http'

interface RoutedRequest {
  baseUrl?: unknown
  originalUrl?: unknown
  route?: { path?: unknown }
}

/**
 * The route Express matched, e.g. `/items/:id`, below the path its router is mounted at; undefined when none matched or
 * the server isn't Express. Mount paths appear as they were requested: Express keeps no pattern for them.
 */
export function readRoute(request: IncomingMessage): string | undefined {
  const { baseUrl, originalUrl, route } = request as RoutedRequest
  const pattern = formatPattern(route?.path)
  if (pattern === undefined) return undefined
  const base = (typeof baseUrl === 'string' && baseUrl) || lostBase(pattern, originalUrl)
  if (base === '') return pattern
  return pattern === '/' ? base : base + pattern
}

function formatPattern(path: unknown): string | undefined {
  if (typeof path === 'string') return path
  if (path instanceof RegExp) return String(path)
  return Array.isArray(path) ? path.map(String).join(',') : undefined
}

/**
 * Express has put `baseUrl` back by the time an error handler above the router answers, while `route` stays. A pattern
 * with as many segments as it shows (no wildcard, no optional part) then tells how many segments belong to the mount.
 */
function lostBase(pattern: string, originalUrl: unknown): string {
  if (typeof originalUrl !== 'string' || !/^[\w/:.~-]+$/.test(pattern)) return ''
  const path = originalUrl.split('?', 1)[0] ?? ''
  const segments = path.split('/').filter(Boolean)
  const own = pattern.split('/').filter(Boolean).length
  return segments.length > own ? `/${segments.slice(0, segments.length - own).join('/')}` : ''
}
