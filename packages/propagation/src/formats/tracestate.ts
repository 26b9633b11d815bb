import { SPAN_ID_PATTERN } from './hex.ts'
import { trimOws } from './whitespace.ts'

const MAX_MEMBERS = 32
const MAX_PART = 256
/** 32 members of the greatest length, their commas, and room for whitespace. */
const MAX_LENGTH = 17_000
const COMMA = 44
const EQUALS = 61
const VALUE_PART = 1
const KEY_PART = 2
/** A character that may begin a key may occur anywhere in it, and in a value. */
const KEY_START = 4 | KEY_PART | VALUE_PART
/** The valid positions of each character code. */
const CLASS = classes()
const MEMBER = '[a-z0-9][a-z0-9_*/@-]*=[!-+\\--<>-~]+'
/** A typical list. Our own member is spelled out because that matches faster; otherwise it is like any other. */
const TIDY = new RegExp(`^(?:tl=p:${SPAN_ID_PATTERN}|${MEMBER})(?:,${MEMBER}){0,${MAX_MEMBERS - 1}}$`)

const EMPTY = /^[ \t,]*$/

/**
 * Reads a `tracestate` header (W3C Trace Context level 2, §3.3.1); several headers are joined with `,` first.
 *
 * @returns the list in its order, without whitespace, empty members and repeated keys (the first one stays), or
 * `undefined` when nothing is left or when one member breaks the grammar or there are more than 32: then the whole
 * list is dropped.
 */
export function parseTracestate(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined
  return TIDY.test(header) && hasTidyParts(header) ? header : tidied(header)
}

/** Whether a `tracestate` header has no member. */
export function isEmptyTracestate(header: string): boolean {
  return EMPTY.test(header)
}

/** Whether no part of a list is too long, and all keys begin differently: anything else needs a full check. */
function hasTidyParts(header: string): boolean {
  let firsts = 0
  let start = 0
  while (start < header.length) {
    const first = firstOf(header, start)
    const comma = header.indexOf(',', start)
    const end = comma === -1 ? header.length : comma
    if ((firsts & first) !== 0 || end - start > MAX_PART) return false
    firsts |= first
    start = end + 1
  }
  return true
}

/** One bit for the character a key begins with; some share one. */
function firstOf(header: string, start: number): number {
  return 1 << (header.charCodeAt(start) & 31)
}

function tidied(header: string): string | undefined {
  const keys = new Set<string>()
  let list = ''
  let count = 0
  for (const part of header.split(',')) {
    const member = trimOws(part)
    if (member === '') continue
    const equals = keyEnd(member, 0)
    if (equals === -1 || !isTracestateValue(member, equals + 1) || ++count > MAX_MEMBERS) return undefined
    const key = member.slice(0, equals)
    if (keys.has(key)) continue
    keys.add(key)
    list = list === '' ? member : `${list},${member}`
  }
  return list === '' ? undefined : list
}

/** Whether the text may be the key of a member: `a-z 0-9`, then also `_ - * / @`, 256 characters at most. */
export function isTracestateKey(text: string): boolean {
  return keyEnd(`${text}=`, 0) === text.length
}

/** Whether `text`, from `start` on, may be the value of a member: printable ASCII but `,` and `=`, 256 at most. */
export function isTracestateValue(text: string, start = 0): boolean {
  return !text.includes(',', start) && valueEnd(text, start) === text.length
}

/** The value of one member of a parsed list. */
export function tracestateMember(list: string, key: string): string | undefined {
  const at = memberStart(list, key)
  if (at === -1) return undefined
  const end = list.indexOf(',', at)
  return list.slice(at + key.length + 1, end === -1 ? list.length : end)
}

/** A parsed list without one of its members; `''` when it was the only one. */
export function withoutTracestateMember(list: string, key: string): string {
  const at = memberStart(list, key)
  if (at === -1) return list
  const end = list.indexOf(',', at)
  if (end === -1) return list.slice(0, Math.max(0, at - 1))
  return list.slice(0, at) + list.slice(end + 1)
}

/**
 * A parsed list with a member put in front, as W3C Trace Context §3.3.1.5 wants a changed one. An older member of that
 * key is removed; of 32 members, the last one is removed.
 */
export function withTracestateMember(list: string, key: string, value: string): string {
  return prependMember(`${key}=${value}`, withoutTracestateMember(list, key))
}

/** Adds a member in front of a parsed list without its key; of 32 members, the last one is removed. */
export function prependMember(member: string, list: string): string {
  return list === '' ? member : `${member},${firstMembers(list, MAX_MEMBERS - 1)}`
}

function firstMembers(list: string, most: number): string {
  // The shortest member and its comma take four characters.
  if (list.length < most * 4) return list
  let end = -1
  for (let count = 0; count < most; count++) {
    end = list.indexOf(',', end + 1)
    if (end === -1) return list
  }
  return list.slice(0, end)
}

function memberStart(list: string, key: string): number {
  const named = `${key}=`
  if (list.startsWith(named)) return 0
  const at = list.indexOf(`,${named}`)
  return at === -1 ? -1 : at + 1
}

/** The index of the `=` after a valid key that begins at `start`, or -1. */
function keyEnd(text: string, start: number): number {
  const stop = Math.min(text.length, start + MAX_PART + 1)
  if (start >= stop || CLASS[text.charCodeAt(start)] !== KEY_START) return -1
  for (let at = start + 1; at < stop; at++) {
    const code = text.charCodeAt(at)
    if (code === EQUALS) return at
    if (((CLASS[code] as number) & KEY_PART) === 0) return -1
  }
  return -1
}

/** The index of the `,` after a valid value that begins at `start`, or the end of the text, or -1. */
function valueEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && ((CLASS[text.charCodeAt(at)] as number) & VALUE_PART) !== 0) at++
  if (at === start || at - start > MAX_PART || text.charCodeAt(at - 1) === 32) return -1
  return at === text.length || text.charCodeAt(at) === COMMA ? at : -1
}

function classes(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 32; code < 127; code++) table[code] = code === COMMA || code === EQUALS ? 0 : VALUE_PART
  for (const char of '_-*/@') table[char.charCodeAt(0)] = VALUE_PART | KEY_PART
  for (const char of 'abcdefghijklmnopqrstuvwxyz0123456789') table[char.charCodeAt(0)] = KEY_START
  return table
}
