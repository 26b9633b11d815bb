import { trimOws } from './whitespace.ts'

const MAX_MEMBERS = 64
const MAX_BYTES = 8192
const COMMA = 44
const EQUALS = 61
const SEMICOLON = 59
const PERCENT = 37
const PRINTABLE = 1
const TOKEN = 2
const SPACE = 4
const PROPERTY = 8
/** What a character may be part of, for every code a string can hold. */
const CLASS = classes()

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
  if (header.length <= MAX_BYTES && isCleanBaggage(header)) return header
  let kept = ''
  let count = 0
  for (const member of members(header)) {
    if (count === MAX_MEMBERS) break
    if (!isMember(member)) continue
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
    if (!isMember(member)) continue
    header = header === '' ? member : `${header},${member}`
  }
  return checkBaggage(header)
}

/** One pass for the common case: valid members, no empty ones, within the limits. */
function isCleanBaggage(header: string): boolean {
  let start = 0
  for (let count = 1; count <= MAX_MEMBERS; count++) {
    const end = memberEnd(header, start)
    if (end === header.length) return true
    if (end === -1) return false
    start = end + 1
  }
  return false
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

/** Whether a text is one member and nothing else. */
function isMember(text: string): boolean {
  return !text.includes(',') && memberEnd(text, 0) === text.length
}

/**
 * The index of the `,` after a valid member that begins at `start`, or the end of the text, or -1. A member is
 * `key = value *( ; property )` with optional whitespace around each (W3C Baggage §3.3.1). Properties are passed on and
 * never read, so it is enough that every character of theirs is printable or whitespace.
 */
function memberEnd(text: string, start: number): number {
  const key = skip(text, start, SPACE)
  let at = skip(text, key, TOKEN)
  if (at === key) return -1
  at = skip(text, at, SPACE)
  if (text.charCodeAt(at) !== EQUALS) return -1
  at = skip(text, skip(text, skip(text, at + 1, SPACE), PRINTABLE), SPACE)
  if (text.charCodeAt(at) === SEMICOLON) at = skip(text, at, PROPERTY)
  return at === text.length || text.charCodeAt(at) === COMMA ? at : -1
}

/** The index of the first character, from `start` on, that is not of a class. */
function skip(text: string, start: number, wanted: number): number {
  let at = start
  while (at < text.length && ((CLASS[text.charCodeAt(at)] as number) & wanted) !== 0) at++
  return at
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
  let plain = true
  for (let at = 0; at < value.length && plain; at++) {
    const code = value.charCodeAt(at)
    plain = code !== PERCENT && ((CLASS[code] as number) & PRINTABLE) !== 0
  }
  if (plain) return value
  // A lone surrogate has no UTF-8 form and would make encodeURIComponent throw.
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'))
}

function classes(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 33; code < 127; code++) table[code] = PRINTABLE | PROPERTY
  for (const char of '"\\,') table[char.charCodeAt(0)] = 0
  table[SEMICOLON] = PROPERTY
  for (const char of ' \t') table[char.charCodeAt(0)] = SPACE | PROPERTY
  // RFC 9110 §5.6.2
  for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
    table[char.charCodeAt(0)] = PRINTABLE | PROPERTY | TOKEN
  }
  return table
}
