import { trimOws } from './whitespace.ts'

const MAX_MEMBERS = 64
const MAX_BYTES = 8192
const COMMA = 44
const EQUALS = 61
const SEMICOLON = 59
const PERCENT = 37
const PRINTABLE = 1
const TOKEN = 2

/** What a character may be part of, by its code: printable text, and of it a token (RFC 9110 §5.6.2). */
const CLASS = new Uint8Array(128)
for (let code = 33; code < 127; code++) CLASS[code] = PRINTABLE
for (const char of '"\\,;') CLASS[char.charCodeAt(0)] = 0
for (let code = 48; code < 58; code++) CLASS[code] = PRINTABLE | TOKEN
for (let code = 65; code < 91; code++) CLASS[code] = CLASS[code + 32] = PRINTABLE | TOKEN
for (const char of "!#$%&'*+-.^_`|~") CLASS[char.charCodeAt(0)] = PRINTABLE | TOKEN

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
  let count = 0
  let start = 0
  for (let at = 0; at <= header.length; at++) {
    if (at < header.length && header.charCodeAt(at) !== COMMA) continue
    if (++count > MAX_MEMBERS || !isMember(header, start, at)) return false
    start = at + 1
  }
  return true
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

/** `key = value *( ; property )` with optional whitespace around each (W3C Baggage §3.3.1). */
function isMember(text: string, from = 0, end = text.length): boolean {
  let at = skipOws(text, from, end)
  const key = at
  at = skipClass(text, at, end, TOKEN)
  if (at === key) return false
  at = skipOws(text, at, end)
  if (text.charCodeAt(at) !== EQUALS || at >= end) return false
  at = skipOws(text, skipClass(text, skipOws(text, at + 1, end), end, PRINTABLE), end)
  return at === end || (text.charCodeAt(at) === SEMICOLON && areProperties(text, at + 1, end))
}

/** Properties are passed on, never read, so it is enough that every character is printable or whitespace. */
function areProperties(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code !== SEMICOLON && code !== 32 && code !== 9 && !isClass(code, PRINTABLE)) return false
  }
  return true
}

function skipClass(text: string, from: number, end: number, wanted: number): number {
  let at = from
  while (at < end && isClass(text.charCodeAt(at), wanted)) at++
  return at
}

function skipOws(text: string, from: number, end: number): number {
  let at = from
  while (at < end && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at++
  return at
}

function isClass(code: number, wanted: number): boolean {
  return code < 128 && ((CLASS[code] ?? 0) & wanted) !== 0
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
    plain = code !== PERCENT && isClass(code, PRINTABLE)
  }
  if (plain) return value
  // A lone surrogate has no UTF-8 form and would make encodeURIComponent throw.
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'))
}
