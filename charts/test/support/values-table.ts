import { isMap, isScalar, type Pair, parse, parseDocument, stringify, type YAMLMap } from 'yaml'

interface Row {
  path: string
  value: unknown
  comment: string
}

/**
 * A Markdown table of a values file: one row for each value that has a comment, with its default. A map whose members
 * have no comments is one value; a value without any comment is documented by the subchart that receives it.
 */
export function valuesTable(text: string): string {
  const document = parseDocument(text)
  if (!isMap(document.contents)) return ''
  const rows = rowsOf(document.contents, [], document.commentBefore ?? undefined)
  const lines = rows.map(({ path, value, comment }) => `| \`${path}\` | ${format(value)} | ${escape(comment)} |`)
  return ['| value | default | |', '| --- | --- | --- |', ...lines].join('\n')
}

function rowsOf(map: YAMLMap, path: string[], before?: string): Row[] {
  return map.items.flatMap((pair, index) => {
    const comment = commentOf(pair, index === 0 ? (map.commentBefore ?? before) : undefined)
    const key = [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)]
    const children = isMap(pair.value) ? rowsOf(pair.value, key) : []
    if (comment === undefined) return children
    const row = { path: key.map(quoteDotted).join('.'), value: toPlain(pair.value), comment }
    // A comment on a map with commented members introduces them; alone it describes the whole map.
    return children.length > 0 ? [{ ...row, value: undefined }, ...children] : [row]
  })
}

function commentOf({ key }: Pair, first: string | undefined): string | undefined {
  const comment = (isScalar(key) ? key.commentBefore : undefined) ?? first
  return comment?.replaceAll(/\s*\n\s*/g, ' ').trim()
}

function toPlain(value: unknown): unknown {
  return parse(stringify(value)) as unknown
}

function format(value: unknown): string {
  if (value === undefined) return ''
  const isLeaf = typeof value !== 'object' || value === null
  if (!isLeaf && JSON.stringify(value).length > 40) return 'see values.yaml'
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``
}

function quoteDotted(key: string): string {
  return key.includes('.') || key.includes('/') ? `"${key}"` : key
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** A Markdown table of what two values files set differently. */
export function differencesTable([first, second]: [name: string, text: string][]): string {
  const [left, right] = [flatten(parse(first?.[1] ?? '')), flatten(parse(second?.[1] ?? ''))]
  const paths = [...new Set([...left.keys(), ...right.keys()])]
  const lines = paths
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => `| \`${path}\` | ${cell(left.get(path))} | ${cell(right.get(path))} |`)
  return [`| value | ${first?.[0]} | ${second?.[0]} |`, '| --- | --- | --- |', ...lines].join('\n')
}

function flatten(value: unknown, path: string[] = []): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new Map([[path.map(quoteDotted).join('.'), typeof value === 'string' ? value : JSON.stringify(value)]])
  }
  return new Map(Object.entries(value).flatMap(([key, child]) => [...flatten(child, [...path, key])]))
}

function cell(value: string | undefined): string {
  if (value === undefined) return ''
  return `\`${value === '' ? '""' : value.replaceAll('|', '\\|')}\``
}
