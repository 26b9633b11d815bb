import type { IncomingMessage } from 'node:http'
import { parseTarget } from './request-target.ts'

/** The parts of Express 4 and 5 that are read. */
interface Layer {
  readonly route?: object
  readonly handle?: { readonly stack?: unknown }
  /** Express 4 leaves the result on the layer. */
  match(path: string): boolean | Match
  params?: unknown
  path?: unknown
}
interface Match {
  readonly params: Readonly<Record<string, unknown>>
  /** The matched part of the path, as requested. */
  readonly path: string
  /** Missing before router 2.3. */
  readonly pattern?: unknown
}
interface App {
  readonly parent?: App
  readonly mountpath?: unknown
  readonly _router?: { readonly stack?: unknown }
  readonly router?: { readonly stack?: unknown }
}
export interface ExpressRequest extends IncomingMessage {
  readonly app?: App
  readonly baseUrl?: unknown
  readonly route?: object & { readonly path?: unknown }
}

const DEEPEST = 20
/** Placeholders for the value of a parameter, one of which any constraint accepts. */
const PROBES = ['throughline', '7391824650']
/** Mounts by the route that is found below them, where there is only one way to it. */
const known = new WeakMap<object, { pattern: string; fits: RegExp | undefined }>()

/**
 * The path under which the router of a request's route is mounted, with its `:params`: `/users/:id`, `''` for a route
 * of the app itself. Undefined if Express's routers don't show it. It contains nothing from the client.
 */
export function mountPattern(request: ExpressRequest): string | undefined {
  const { app, route, baseUrl } = request
  if (app === undefined || route === undefined) return undefined
  const path = (typeof baseUrl === 'string' ? baseUrl : '') + parseTarget(request.url).path
  const mount = known.get(route)
  if (mount !== undefined && (mount.fits === undefined || mount.fits.test(path))) return mount.pattern
  const above = mountOfApp(app, path)
  const stack = stackOf(app)
  const below = find(stack, { route, path: above.rest, depth: 0 })
  if (below === undefined) return undefined
  const pattern = above.pattern + below
  if (mount === undefined && countOf(route, stack) === 1) remember(route, pattern)
  return pattern
}

/**
 * A pattern with more than names in it fits paths that can't be told from others here, so it is looked for each time.
 * So is one with two parameters in a segment, which a caller could make slow to match.
 */
function remember(route: object, pattern: string): void {
  if (!/^[\w/:.~-]*$/.test(pattern) || pattern.split('/').some((segment) => segment.split(':').length > 2)) return
  const source = pattern.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')
  known.set(route, { pattern, fits: pattern === '' ? undefined : new RegExp(`^${source}(?:/|$)`, 'i') })
}

/** Where an app is mounted in others: Express keeps that as it was written. */
function mountOfApp(app: App, path: string): { pattern: string; rest: string } {
  if (app.parent === undefined) return { pattern: '', rest: path }
  const { pattern, rest } = mountOfApp(app.parent, path)
  const mountPath = [app.mountpath].flat().find((mount) => typeof mount === 'string') ?? ''
  const segments = mountPath.split('/').filter(Boolean)
  const left = rest.split('/').slice(1 + segments.length)
  return { pattern: [pattern, ...segments].join('/'), rest: `/${left.join('/')}` }
}

function stackOf(app: App): unknown {
  try {
    // Express 4 throws for `router`.
    return (app._router ?? app.router)?.stack
  } catch {
    return undefined
  }
}

interface Search {
  readonly route: object
  readonly path: string
  readonly depth: number
}

/** The patterns of the routers between a stack and a route in it; undefined when the path doesn't lead to it. */
function find(stack: unknown, { route, path, depth }: Search): string | undefined {
  if (!Array.isArray(stack) || depth > DEEPEST) return undefined
  for (const layer of stack as Layer[]) {
    if (layer.route === route) return ''
    const inner = layer.handle?.stack
    const match = Array.isArray(inner) ? matchLayer(layer, path) : undefined
    if (match === undefined) continue
    const below = find(inner, { route, path: path.slice(match.path.length) || '/', depth: depth + 1 })
    if (below !== undefined) return patternOf(layer, match) + below
  }
  return undefined
}

/** In how many places a route is: its router may be mounted more than once. */
function countOf(route: object, stack: unknown, depth = 0): number {
  if (!Array.isArray(stack) || depth > DEEPEST) return 0
  const counts = (stack as Layer[]).map((layer) =>
    layer.route === route ? 1 : countOf(route, layer.handle?.stack, depth + 1),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function matchLayer(layer: Layer, path: string): Match | undefined {
  const { params, path: matched } = layer
  try {
    const match = layer.match(path)
    if (typeof match === 'object') return match
    return match ? { params: { ...(layer.params as object) }, path: String(layer.path) } : undefined
  } catch {
    // A parameter that can't be decoded as text.
    return undefined
  } finally {
    if ('path' in layer) Object.assign(layer, { params, path: matched })
  }
}

function patternOf(layer: Layer, { params, path, pattern }: Match): string {
  if (path === '') return ''
  if (typeof pattern === 'string') return pattern.replace(/(?<!\/)\/+$/, '')
  let result = path
  for (const [name, value] of Object.entries(params))
    result = named(layer, { path: result, original: path, name, value })
  return result.replace(/(?<!\/)\/+$/, '')
}

/** Puts a parameter's name where its value is: where another value makes another value of the parameter. */
function named(
  layer: Layer,
  { path, original, name, value }: { path: string; original: string; name: string; value: unknown },
): string {
  const text = [value].flat().join('/')
  const raw = [text, encodeURI(text), encodeURIComponent(text)].find(
    (spelling) => spelling !== '' && path.includes(spelling),
  )
  if (raw === undefined) return path
  const place = placesOf(raw, original).find((at) =>
    PROBES.some((probe) => {
      const probed = original.slice(0, at) + probe + original.slice(at + raw.length)
      return String(matchLayer(layer, probed)?.params[name]) === probe
    }),
  )
  // From the end, which the names before it have not moved.
  const fromEnd = original.length - (place ?? original.lastIndexOf(raw))
  const at = path.length - fromEnd
  return `${path.slice(0, at)}:${name}${path.slice(at + raw.length)}`
}

function placesOf(part: string, text: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) places.push(at)
  return places
}
