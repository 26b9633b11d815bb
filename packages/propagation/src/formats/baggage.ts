import { trimOws } from './whitespace.ts'

const MAX_MEMBERS = 64
const MAX_BYTES = 8192
/** RFC 9110 §5.6.2 */
const KEY = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const VALUE = '[!#-+\\--:<-\\[\\]-~]+'
/** Properties are passed on and never read, so it is enough that every character is printable or whitespace. */
const PROPERTIES = '(?:;[!#-+\\--\\[\\]-~ \\t]*)?'
/**
 * `key = value *( ; property )` with optional whitespace around each (W3C Baggage §3.3.1). Linear: whitespace before an
 * empty value can be matched in one way only, since it belongs to a value that has at least one character.
 */
const MEMBER_PATTERN = `[ \\t]*${KEY}[ \\t]*=(?:[ \\t]*${VALUE})?[ \\t]*${PROPERTIES}`
const MEMBER = new RegExp(`^${MEMBER_PATTERN}$`)
const LIST = listOf(MEMBER_PATTERN)
/** A list as senders make it, without whitespace that is optional: looking for it takes a third of the time. */
const TIDY_LIST = listOf(`${KEY}=(?:${VALUE})?${PROPERTIES}`)
const PLAIN_VALUE = /^[!#-$&-+\--:<-[\]-~]*$/

/** One member of a `baggage` header. */
export interface BaggageMember {
  readonly key: string
  /** Percent-decoded. */
  readonly value: string
  /** What follows the first `;`, as it came. */
  readonly properties?: string | undefined
}

/**
 * Checks a `baggage` header so that it can be sent on as it came (W3C Baggage §3.3: 64 members, 8192 bytes). Several
 * headers are joined with `,` first.
 *
 * @returns the header itself where all of it is valid, the members that are valid and fit where not, `undefined` where
 * nothing is left.
 */
export function checkBaggage(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  if (header.length <= MAX_BYTES && (TIDY_LIST.test(header) || LIST.test(header))) return header
  let kept = ''
  let count = 0
  for (const member of members(header)) {
    if (count === MAX_MEMBERS) break
    if (!MEMBER.test(member)) continue
    const next = kept === '' ? member : `${kept},${member}`
    if (next.length > MAX_BYTES) break
    kept = next
    count++
  }
  return kept === '' ? undefined : kept
}

/**
 * Reads a `baggage` header; members that are not valid, or past the limits of {@link checkBaggage}, are left out.
 *
 * @returns `undefined` where nothing is left.
 */
export function parseBaggage(header: string | undefined): BaggageMember[] | undefined {
  const checked = checkBaggage(header)
  if (checked === undefined) return undefined
  return [...members(checked)].map((member) => {
    const equals = member.indexOf('=')
    const semicolon = member.indexOf(';')
    const end = semicolon === -1 ? member.length : semicolon
    return {
      key: trimOws(member.slice(0, equals)),
      value: decode(trimOws(member.slice(equals + 1, end))),
      properties: semicolon === -1 ? undefined : trimOws(member.slice(semicolon + 1)),
    }
  })
}

/**
 * Writes a `baggage` header; values are percent-encoded. Members that can't be written, or are past the limits of
 * {@link checkBaggage}, are left out.
 *
 * @returns `undefined` where nothing is left: an empty header is never sent.
 */
export function formatBaggage(list: Iterable<BaggageMember>): string | undefined {
  let header = ''
  for (const { key, value, properties } of list) {
    const member = `${key}=${encode(value)}${properties === undefined || properties === '' ? '' : `;${properties}`}`
    if (!MEMBER.test(member)) continue
    header = header === '' ? member : `${header},${member}`
  }
  return checkBaggage(header)
}

function listOf(member: string): RegExp {
  return new RegExp(`^${member}(?:,${member}){0,${MAX_MEMBERS - 1}}$`)
}

function* members(header: string): Generator<string> {
  // One character more than may be sent is enough to know that a member doesn't fit.
  const end = Math.min(header.length, MAX_BYTES * 2)
  for (let start = 0; start < end;) {
    const comma = header.indexOf(',', start)
    const stop = comma === -1 ? header.length : comma
    yield trimOws(header.slice(start, stop))
    start = stop + 1
  }
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encode(value: string): string {
  if (PLAIN_VALUE.test(value)) return value
  // A lone surrogate has no UTF-8 form and would make encodeURIComponent throw.
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'))
}
