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
  if (typeof originalUrl !== 'string' || originalUrl === pattern) return ''
  const query = originalUrl.indexOf('?')
  const path = query === -1 ? originalUrl : originalUrl.slice(0, query)
  const lost = countSegments(path) - countSegments(pattern)
  if (lost <= 0 || !/^[\w/:.~-]+$/.test(pattern)) return ''
  return `/${path.split('/').filter(Boolean).slice(0, lost).join('/')}`
}

/** Counts without splitting: this runs for every request to a route of the app itself. */
function countSegments(path: string): number {
  let count = 0
  for (let i = 0; i < path.length; i += 1) {
    if (path[i] !== '/' && (i === 0 || path[i - 1] === '/')) count += 1
  }
  return count
}
