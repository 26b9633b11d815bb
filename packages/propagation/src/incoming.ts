/**
 * The incoming headers of a request: Node's `request.headers` or `request.headersDistinct`, a fetch `Headers`, a
 * `Map`, any other list of pairs, or a plain object; nothing at all counts as no headers. Names count in any case.
 */
export type IncomingHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | readonly string[] | undefined]>
  | null
  | undefined

/** Headers by lower-case name; a repeated name has all its values. */
export type Carrier = Readonly<Record<string, string | readonly string[] | undefined>>

/** Reads the requested headers, by lower-case name, from any form of {@link IncomingHeaders}. */
export function toCarrier(incoming: IncomingHeaders, isWanted: (name: string) => boolean): Carrier {
  const carrier = Object.create(null) as Record<string, string | readonly string[]>
  if (incoming === null || incoming === undefined) return carrier
  const pairs = isIterable(incoming) ? incoming : Object.entries(incoming)
  for (const [key, value] of pairs) {
    const name = key.toLowerCase()
    if (value === undefined || !isWanted(name)) continue
    const known = carrier[name]
    carrier[name] = known === undefined ? value : [known, value].flat()
  }
  return carrier
}

/** The value of a header that may occur once. Node joins repeated ones with `, `, which no parser here accepts. */
export function once(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : undefined
}

/** The value of a header that may come in parts (RFC 9110 §5.3). */
export function joined(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value === 'string' || value === undefined) return value
  return Array.isArray(value) ? value.join(',') : undefined
}

/**
 * Whether headers can be read directly, as Node's can: an object in which every name that may be one of this
 * package's is in lower case.
 *
 * @returns the names of those that may be headers of foreign tracers; `undefined` for headers of any other form.
 */
export function foreignNames(incoming: IncomingHeaders): readonly string[] | undefined {
  if (incoming === null || incoming === undefined || isIterable(incoming)) return undefined
  let names = NO_NAMES
  for (const name of Object.keys(incoming)) {
    const kind = kindOf(name)
    if (kind === OTHER) continue
    if (name !== name.toLowerCase()) return undefined
    if (kind === FOREIGN) names = [...names, name]
  }
  return names
}

const NO_NAMES: readonly string[] = []
const OTHER = 0
const OURS = 1
const FOREIGN = 2

/** The candidates for a header by its first letters, in any case: the first letter rules out most. */
function kindOf(name: string): typeof OTHER | typeof OURS | typeof FOREIGN {
  switch (name.charCodeAt(0) | 32) {
    case 98: // b3, baggage
    case 116: // traceparent, tracestate
      return OURS
    case 120: // x-b3-*, x-datadog-*, x-request-id; x-amzn-*, x-cloud-*, x-ot-*
      return isOneOf(name.charCodeAt(2), 97, 99, 111) ? FOREIGN : OURS
    case 115: // sw8
      return isOneOf(name.charCodeAt(1), 119) ? FOREIGN : OTHER
    case 117: // uber-*, uberctx-*
      return isOneOf(name.charCodeAt(1), 98) ? FOREIGN : OTHER
    case 101: // elastic-*
      return isOneOf(name.charCodeAt(1), 108) ? FOREIGN : OTHER
    case 103: // grpc-*
      return isOneOf(name.charCodeAt(1), 114) ? FOREIGN : OTHER
    default:
      return OTHER
  }
}

function isOneOf(code: number, first: number, second = first, third = first): boolean {
  const lower = code | 32
  return lower === first || lower === second || lower === third
}

function isIterable(
  incoming: NonNullable<IncomingHeaders>,
): incoming is Iterable<readonly [string, string | readonly string[] | undefined]> {
  return typeof (incoming as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}
