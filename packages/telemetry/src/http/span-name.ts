import { spanMethod } from './http-attributes.ts'

const MOST_NAMES = 1000
const names = new Map<string, Map<string, string>>()

/** `GET /route`: one string for all spans of a route, because spans are held until they are exported. */
export function spanName(method: string, route: string): string {
  const verb = spanMethod(method)
  const ofVerb = names.get(verb)
  const known = ofVerb?.get(route)
  if (known !== undefined) return known
  const name = `${verb} ${route}`
  // Mount paths are part of a route as they were requested: without a limit a client could fill the memory.
  if (ofVerb === undefined || ofVerb.size >= MOST_NAMES) names.set(verb, new Map([[route, name]]))
  else ofVerb.set(route, name)
  return name
}
