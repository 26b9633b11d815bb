/**
 * The headers of a request as they come: Node's `request.headers` or `request.headersDistinct`, a fetch `Headers`, a
 * `Map`, any other list of pairs, or a plain object. Names count in any case.
 */
export type IncomingHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | readonly string[] | undefined]>

/** Headers by lower-case name; a name that comes twice has all its values. */
export type Carrier = ReadonlyMap<string, string | readonly string[]>

/** Takes the headers that are wanted, by their lower-case names, out of any form of {@link IncomingHeaders}. */
export function toCarrier(incoming: IncomingHeaders, isWanted: (name: string) => boolean): Carrier {
  const carrier = new Map<string, string | readonly string[]>()
  const pairs = isIterable(incoming) ? incoming : Object.entries(incoming)
  for (const [key, value] of pairs) {
    const name = key.toLowerCase()
    if (value === undefined || !isWanted(name)) continue
    const known = carrier.get(name)
    carrier.set(name, known === undefined ? value : [known, value].flat())
  }
  return carrier
}

function isIterable(
  incoming: IncomingHeaders,
): incoming is Iterable<readonly [string, string | readonly string[] | undefined]> {
  return typeof (incoming as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}
