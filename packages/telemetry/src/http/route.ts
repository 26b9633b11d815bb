import type { IncomingMessage } from 'node:http'
import { type ExpressRequest, mountPattern } from './express-mounts.ts'
import { parseTarget } from './request-target.ts'
import type { RpcMetadata } from './rpc-metadata.ts'

/** Where OpenTelemetry's instrumentation of Express keeps the paths of the layers of a request. */
const LAYERS_OF_STOCK = '__ot_middlewares'

/**
 * The route that served a request, e.g. `/items/:id`: the one named by an instrumentation or the program, or else the
 * one Express matched. Undefined without either.
 *
 * Express itself wins over its instrumentation, which also names a router without a matching route.
 */
export function readRoute(request: IncomingMessage, { route }: Pick<RpcMetadata, 'route'>): string | undefined {
  const isSaid = typeof route === 'string' && route !== '' && !(LAYERS_OF_STOCK in request)
  return isSaid ? route : readExpressRoute(request)
}

/** The route Express matched, below the paths its routers are mounted at, `:params` and all. */
function readExpressRoute(request: IncomingMessage): string | undefined {
  const { app, baseUrl, route } = request as ExpressRequest
  const pattern = formatPattern(route?.path)
  if (pattern === undefined) return undefined
  const requested = typeof baseUrl === 'string' ? baseUrl : ''
  const base = mountPattern(request) ?? (requested || (app ? '' : lostBase(pattern, request)))
  if (base === '') return pattern
  return pattern === '/' ? base : base + pattern
}

function formatPattern(path: unknown): string | undefined {
  if (typeof path === 'string') return path
  if (path instanceof RegExp) return String(path)
  return Array.isArray(path) ? path.map(String).join(',') : undefined
}

/**
 * What has an Express-like `route` and no routers to look into: a pattern with as many segments as it shows (no
 * wildcard, no optional part) tells how many segments of the path belong to the mount, unless the path was rewritten.
 */
function lostBase(pattern: string, { originalUrl, url }: IncomingMessage & { originalUrl?: unknown }): string {
  if (typeof originalUrl !== 'string' || originalUrl === pattern) return ''
  const { path } = parseTarget(originalUrl)
  if (url !== undefined && parseTarget(url).path !== path) return ''
  const lost = countSegments(path) - countSegments(pattern)
  if (lost <= 0 || !/^[\w/:.~-]+$/.test(pattern)) return ''
  return `/${path.split('/').filter(Boolean).slice(0, lost).join('/')}`
}

/** Counts without splitting. */
function countSegments(path: string): number {
  let count = 0
  for (let i = 0; i < path.length; i += 1) {
    if (path[i] !== '/' && (i === 0 || path[i - 1] === '/')) count += 1
  }
  return count
}
