import { trimOws } from './whitespace.ts'

const MAX_MEMBERS = 32
const MAX_PART = 256
/** 32 members of the greatest length, their commas, and room for whitespace. */
const MAX_LENGTH = 17_000
const COMMA = 44
const EQUALS = 61

/**
 * Reads a `tracestate` header (W3C Trace Context level 2, §3.3.1); several headers are joined with `,` first.
 *
 * @returns the list in its order, without whitespace, empty members and repeated keys (the first one stays), or
 * `undefined` when nothing is left or when one member breaks the grammar or there are more than 32: then the whole
 * list is dropped.
 */
export function parseTracestate(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined
  const keys: string[] = []
  let list = ''
  let count = 0
  let start = 0
  while (start <= header.length) {
    let comma = header.indexOf(',', start)
    if (comma === -1) comma = header.length
    const member = trimOws(header.slice(start, comma))
    start = comma + 1
    if (member === '') continue
    const equals = keyEnd(member)
    if (equals === -1 || !isTracestateValue(member, equals + 1) || ++count > MAX_MEMBERS) return undefined
    const key = member.slice(0, equals)
    if (keys.includes(key)) continue
    keys.push(key)
    list = list === '' ? member : `${list},${member}`
  }
  return list === '' ? undefined : list
}

/** Whether the text may be the key of a member: `a-z 0-9`, then also `_ - * / @`, 256 characters at most. */
export function isTracestateKey(text: string): boolean {
  return keyEnd(`${text}=`) === text.length
}

/** Whether `text`, from `start` on, may be the value of a member: printable ASCII but `,` and `=`, 256 at most. */
export function isTracestateValue(text: string, start = 0): boolean {
  const end = text.length
  if (end === start || end - start > MAX_PART || text.charCodeAt(end - 1) === 32) return false
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < 32 || code > 126 || code === COMMA || code === EQUALS) return false
  }
  return true
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
 * key goes; where 32 are there already, the last one goes.
 */
export function withTracestateMember(list: string, key: string, value: string): string {
  const others = withoutTracestateMember(list, key)
  return others === '' ? `${key}=${value}` : `${key}=${value},${firstMembers(others, MAX_MEMBERS - 1)}`
}

function firstMembers(list: string, most: number): string {
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

/** The index of the `=` after a valid key, or -1. */
function keyEnd(member: string): number {
  for (let at = 0; at < member.length && at <= MAX_PART; at++) {
    const code = member.charCodeAt(at)
    if (code === EQUALS) return at === 0 ? -1 : at
    const alphanumeric = (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
    if (!alphanumeric && (at === 0 || !isKeyMark(code))) return -1
  }
  return -1
}

/** `_ - * / @` */
function isKeyMark(code: number): boolean {
  return code === 95 || code === 45 || code === 42 || code === 47 || code === 64
}
