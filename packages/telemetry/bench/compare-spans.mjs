// @ts-check
/** @typedef {import('./span-shape.mjs').SpanShape} SpanShape */

/** What the semantic conventions for HTTP ask of a server span of this request. */
const REQUIRED = [
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'url.path',
  'url.scheme',
  'server.address',
  'server.port',
  'client.address',
  'network.peer.address',
  'network.protocol.version',
]

/**
 * In what the spans of one request differ from ours: name and required attributes of the server span, and the number,
 * names and kinds of the others. Empty when they are the same.
 * @param {readonly SpanShape[]} ours
 * @param {readonly SpanShape[]} theirs
 */
export function compareSpans(ours, theirs) {
  const [own, ...ownOthers] = ours
  const [server, ...others] = theirs
  if (own === undefined || server === undefined) return own === server ? [] : ['no span']
  return [
    ...(own.name === server.name ? [] : [`named ${server.name}`]),
    ...(own.kind === server.kind ? [] : [`kind ${server.kind}`]),
    ...REQUIRED.filter((key) => server.attributes[key] === undefined).map((key) => `no ${key}`),
    ...REQUIRED.filter((key) => isOther(own.attributes[key], server.attributes[key])).map((key) => `another ${key}`),
    ...others.map(({ kind, name }) => `also ${kind} ${name}`),
    ...ownOthers.map(({ kind, name }) => `lacks ${kind} ${name}`),
  ]
}

/**
 * Throws when the spans of a variant differ from ours in something else than it is known for.
 * @param {Map<string, readonly SpanShape[]>} shapes by variant
 * @param {readonly import('./variants.mjs').Variant[]} variants
 */
export function requireSameSpans(shapes, variants) {
  const ours = shapes.get('ours')
  if (ours === undefined) return
  const missing = REQUIRED.filter((key) => ours[0]?.attributes[key] === undefined)
  if (missing.length > 0) throw new Error(`our span has no ${missing.join(', ')}`)
  for (const { name, spans } of variants) {
    const shape = shapes.get(name)
    if (spans === undefined || shape === undefined) continue
    const unknown = compareSpans(ours, shape).filter((difference) => !spans.differ.includes(difference))
    if (unknown.length > 0) throw new Error(`${name}: its spans are not comparable with ours: ${unknown.join('; ')}`)
    if (shape.length !== spans.count) throw new Error(`${name}: ${shape.length} spans a request, not ${spans.count}`)
  }
}

/** @param {unknown} own @param {unknown} other */
function isOther(own, other) {
  return other !== undefined && own !== other
}
