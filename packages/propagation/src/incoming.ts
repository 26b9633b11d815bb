/**
 * The headers of a request as they come: Node's `request.headers` or `request.headersDistinct`, a fetch `Headers`, a
 * `Map`, any other list of pairs, or a plain object; nothing at all counts as no headers. Names count in any case.
 */
export type IncomingHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | readonly string[] | undefined]>
  | null
  | undefined

/** Headers by lower-case name; a name that comes twice has all its values. */
export type Carrier = Readonly<Record<string, string | readonly string[] | undefined>>

/** Takes the headers that are wanted, by their lower-case names, out of any form of {@link IncomingHeaders}. */
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

/** The value of a header that may come once. Node joins repeated ones with `, `, which no parser here accepts. */
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
 * Whether headers can be read as they are, as Node's can: an object in which every name that may be one of this
 * package's is in lower case.
 */
export function isCarrier(incoming: IncomingHeaders): incoming is Carrier {
  if (incoming === null || incoming === undefined || isIterable(incoming)) return false
  for (const name of Object.keys(incoming)) {
    if (hasOurInitial(name) && name !== name.toLowerCase()) return false
  }
  return true
}

/** Whether a name begins as one of those in `headers.ts` does, in any case. */
function hasOurInitial(name: string): boolean {
  const code = name.charCodeAt(0) | 32
  return code >= 97 && code <= 122 && (INITIALS & (1 << (code - 97))) !== 0
}

/** One bit for each letter of the alphabet. */
const INITIALS = ['b', 'e', 'g', 's', 't', 'u', 'x'].reduce(
  (bits, letter) => bits | (1 << (letter.charCodeAt(0) - 97)),
  0,
)

function isIterable(
  incoming: NonNullable<IncomingHeaders>,
): incoming is Iterable<readonly [string, string | readonly string[] | undefined]> {
  return typeof (incoming as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}
