import { trimOws } from './whitespace.ts'

const MAX_MEMBERS = 64
const MAX_BYTES = 8192
const PERCENT = 37
const utf8 = new TextDecoder()
/** RFC 9110 §5.6.2. A percent sign in a key stands for itself. */
const KEY = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const PLAIN = '[!#-$&-+\\--:<-\\[\\]-~]'
/** In a value a percent sign encodes an octet, or is invalid. */
const OCTET = '%[0-9A-Fa-f]{2}'
const VALUE = `(?:${PLAIN}|${OCTET})+`
/**
 * `key = value *( ; property )` with optional whitespace around each (W3C Baggage §3.3.1); a property is a key, or a
 * key and a value. Linear: whitespace before an empty value can be matched in one way only, since it belongs to a value
 * that has at least one character.
 */
const PAIR = `[ \\t]*${KEY}[ \\t]*=(?:[ \\t]*${VALUE})?[ \\t]*`
const PROPERTY = `[ \\t]*${KEY}[ \\t]*(?:=(?:[ \\t]*${VALUE})?[ \\t]*)?`
const MEMBER_PATTERN = `${PAIR}(?:;${PROPERTY})*`
const MEMBER = new RegExp(`^${MEMBER_PATTERN}$`)
const LIST = listOf(MEMBER_PATTERN)
/** The same as `VALUE`, in fewer steps; it may be empty. */
const TIDY_VALUE = `${PLAIN}*(?:${OCTET}${PLAIN}*)*`
/** A typical list without optional whitespace, since matching that takes a third of the time. */
const TIDY_LIST = listOf(`${KEY}=${TIDY_VALUE}(?:;${KEY}(?:=${TIDY_VALUE})?)*`)
const PLAIN_VALUE = new RegExp(`^${PLAIN}*$`)

/** One member of a `baggage` header. */
export interface BaggageMember {
  readonly key: string
  /** Percent-decoded. */
  readonly value: string
  /** The rest after the first `;`, unchanged. */
  readonly properties?: string | undefined
}

/**
 * Checks a `baggage` header so that it can be forwarded unchanged (W3C Baggage §3.3: 64 members, 8192 bytes). Several
 * headers are joined with `,` first.
 *
 * @returns the header itself where all of it is valid, the members that are valid and fit where not, `undefined` if
 * nothing is left.
 */
export function checkBaggage(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  if (header.length <= MAX_BYTES && (TIDY_LIST.test(header) || LIST.test(header))) return header
  let valid = ''
  let count = 0
  for (const member of members(header)) {
    if (count === MAX_MEMBERS) break
    const length = valid.length + member.length + (valid === '' ? 0 : 1)
    if (member === '' || length > MAX_BYTES || !MEMBER.test(member)) continue
    valid = valid === '' ? member : `${valid},${member}`
    count++
  }
  return valid === '' ? undefined : valid
}

/**
 * Reads a `baggage` header; members that are not valid, or past the limits of {@link checkBaggage}, are left out.
 *
 * @returns `undefined` if nothing is left.
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
 * @returns `undefined` if nothing is left: an empty header is never sent.
 */
export function formatBaggage(list: Iterable<BaggageMember>): string | undefined {
  const written: string[] = []
  for (const { key, value, properties } of list) {
    const member = `${key}=${encode(value)}${properties === undefined || properties === '' ? '' : `;${properties}`}`
    if (MEMBER.test(member)) written.push(member)
  }
  return checkBaggage(written.join(','))
}

function listOf(member: string): RegExp {
  return new RegExp(`^${member}(?:,${member}){0,${MAX_MEMBERS - 1}}$`)
}

function* members(header: string): Generator<string> {
  for (let start = 0; start < header.length;) {
    const comma = header.indexOf(',', start)
    const stop = comma === -1 ? header.length : comma
    yield trimOws(header.slice(start, stop))
    start = stop + 1
  }
}

/** Octets that are not UTF-8 become U+FFFD (W3C Baggage §3.3.1.3). The text is that of a valid value. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return utf8.decode(octetsOf(text))
  }
}

function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const isEscape = text.charCodeAt(at) === PERCENT
    octets[length++] = isEscape ? Number.parseInt(text.slice(at + 1, at + 3), 16) : text.charCodeAt(at)
    if (isEscape) at += 2
  }
  return octets.subarray(0, length)
}

function encode(value: string): string {
  if (PLAIN_VALUE.test(value)) return value
  // A lone surrogate has no UTF-8 form and would make encodeURIComponent throw.
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'))
}
