import { type Header, staleBeside } from '../stale-headers.ts'

type HeaderValue = string | number | readonly string[] | null | undefined
type Pair = readonly [string, HeaderValue]

/** Headers of a call, in the forms that Node's and undici's clients accept: an object, flat or nested pairs. */
export type CallHeaders = Readonly<Record<string, HeaderValue>> | readonly string[] | Iterable<Pair> | null | undefined

/** A list stays a list of the same form: Node adds no header of its own to one. */
export type MergedHeaders = Record<string, HeaderValue> | (string | Pair)[]

/**
 * Sets headers over those of a call: a name that is there already, in any case, is replaced. All others keep their value,
 * whatever it is: the client converts it, or refuses it.
 *
 * @param drop lower-case names to remove. Default: those of another trace context than the one that is set.
 */
export function mergeHeaders(headers: CallHeaders, set: readonly Header[], drop = staleBeside(set)): MergedHeaders {
  const names = new Set([...set.map(([name]) => name), ...drop])
  if (isList(headers)) return mergeList(headers, set, names)
  const merged: Record<string, HeaderValue> = {}
  for (const [name, value] of pairsOf(headers)) {
    if (names.has(name.toLowerCase())) continue
    merged[name] = Object.hasOwn(merged, name) ? ([merged[name], value].flat() as string[]) : value
  }
  for (const [name, value] of set) merged[name] = value
  return merged
}

function mergeList(
  list: readonly string[] | readonly Pair[],
  set: readonly Header[],
  names: ReadonlySet<string>,
): (string | Pair)[] {
  if (!isFlat(list)) return [...list.filter(([name]) => !names.has(name.toLowerCase())), ...set]
  const remaining = list.filter((_, at) => !names.has(String(list[at - (at % 2)]).toLowerCase()))
  return [...remaining, ...set.flat()]
}

function pairsOf(headers: Readonly<Record<string, HeaderValue>> | Iterable<Pair> | null | undefined): Iterable<Pair> {
  if (headers === null || headers === undefined) return []
  return isIterable(headers) ? headers : Object.entries(headers)
}

function isList(headers: CallHeaders): headers is readonly string[] | readonly Pair[] {
  return Array.isArray(headers)
}

function isFlat(list: readonly string[] | readonly Pair[]): list is readonly string[] {
  return !Array.isArray(list[0])
}

function isIterable(headers: object): headers is Iterable<Pair> {
  return Symbol.iterator in headers
}
