/**
 * The headers of a request as they come: Node's `request.headers` or `request.headersDistinct`, a fetch `Headers`, a
 * `Map`, any other list of pairs, or a plain object. Names count in any case.
 */
export type IncomingHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | readonly string[] | undefined]>

/** Headers by lower-case name; a name that comes twice has all its values. */
export type Carrier = Readonly<Record<string, string | readonly string[] | undefined>>

/** Takes the headers that are wanted, by their lower-case names, out of any form of {@link IncomingHeaders}. */
export function toCarrier(incoming: IncomingHeaders, isWanted: (name: string) => boolean): Carrier {
  const carrier = Object.create(null) as Record<string, string | readonly string[]>
  const pairs = isIterable(incoming) ? incoming : Object.entries(incoming)
  for (const [key, value] of pairs) {
    const name = key.toLowerCase()
    if (value === undefined || !isWanted(name)) continue
    const known = carrier[name]
    carrier[name] = known === undefined ? value : [known, value].flat()
  }
  return carrier
}

/**
 * Whether headers can be read as they are, as Node's can: an object in which every name that may be one of this
 * package's is in lower case.
 */
export function isCarrier(incoming: IncomingHeaders): incoming is Carrier {
  if (isIterable(incoming)) return false
  for (const name of Object.keys(incoming)) {
    if (hasOurInitial(name) && name !== name.toLowerCase()) return false
  }
  return true
}

/** Whether a name begins with `b`, `t` or `x`, in any case. */
function hasOurInitial(name: string): boolean {
  const code = name.charCodeAt(0) | 32
  return code === 98 || code === 116 || code === 120
}

function isIterable(
  incoming: IncomingHeaders,
): incoming is Iterable<readonly [string, string | readonly string[] | undefined]> {
  return typeof (incoming as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}
