type HeaderValue = string | number | readonly string[] | null | undefined

/** Headers of a call, in the forms that Node's and undici's clients take: an object, flat or nested pairs. */
export type CallHeaders =
  | Readonly<Record<string, HeaderValue>>
  | readonly string[]
  | Iterable<readonly [string, HeaderValue]>
  | null
  | undefined

/** Sets headers over those of a call: a name that is there already, in any case, is replaced. */
export function mergeHeaders(
  headers: CallHeaders,
  set: readonly (readonly [name: string, value: string])[],
): Record<string, string | string[]> {
  const names = new Set(set.map(([name]) => name))
  const merged: Record<string, string | string[]> = {}
  for (const [name, value] of pairsOf(headers)) {
    if (value === undefined || value === null || names.has(name.toLowerCase())) continue
    const known = merged[name]
    const values = typeof value === 'object' ? [...value] : [String(value)]
    const all = known === undefined ? values : [known, values].flat()
    merged[name] = all.length === 1 && typeof value !== 'object' ? all.join() : all
  }
  for (const [name, value] of set) merged[name] = value
  return merged
}

function pairsOf(headers: CallHeaders): Iterable<readonly [string, HeaderValue]> {
  if (headers === null || headers === undefined) return []
  if (!isIterable(headers)) return Object.entries(headers)
  const list = [...headers]
  if (!isFlat(list)) return list as (readonly [string, HeaderValue])[]
  return Array.from({ length: list.length / 2 }, (_, at) => [list[at * 2] ?? '', list[at * 2 + 1]])
}

function isFlat(list: readonly unknown[]): list is readonly string[] {
  return typeof list[0] === 'string'
}

function isIterable(headers: object): headers is Iterable<string | readonly [string, HeaderValue]> {
  return Symbol.iterator in headers
}
