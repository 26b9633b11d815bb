import { isRecord } from '@throughline/trace-store'
import { isCollection, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import { type KubeObject, list, metadata, text } from '../cluster/kube-objects.ts'
import type { ManifestFile } from './manifest-files.ts'
import { type ManifestObject, parseField } from './manifest-object.ts'

export interface ParsedManifests {
  objects: ManifestObject[]
  /** Documents that are no objects of Kubernetes, such as values of Helm. */
  others: number
  /** Why the file, or a part of it, could not be read. */
  problems: string[]
}

/** Reads the objects of a file, those in a List one by one. */
export function parseManifests({ file, text: source }: ManifestFile): ParsedManifests {
  const parsed: ParsedManifests = { objects: [], others: 0, problems: [] }
  if (source.includes('\0')) return { ...parsed, problems: [`${file} is no text`] }
  const lines = new LineCounter()
  const documents = parseAllDocuments(source, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' })
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors
    if (error !== undefined || isTemplated(document.contents)) {
      parsed.problems.push(explain(file, source, error === undefined ? '' : error.message.split('\n')[0]))
      // What follows an error is guessed at.
      return { ...parsed, objects: [] }
    }
    let value: unknown
    try {
      value = document.toJS({ maxAliasCount: 100 })
    } catch (failure) {
      parsed.problems.push(`${file}: ${(failure as Error).message}`)
      continue
    }
    if (value === null) continue
    const found = flatten(value, document.contents)
    if (found.length === 0) parsed.others++
    for (const { object, node } of found) {
      parsed.objects.push({ object, file, lineOf: (field) => lineOf(lines, node, field) })
    }
  }
  return parsed
}

/** A template of Helm, where it is YAML at all, has maps for keys. */
function isTemplated(contents: unknown): boolean {
  let templated = false
  visit(contents as Node, {
    Pair: (_, { key }) => {
      if (isCollection(key)) templated = true
      return templated ? visit.BREAK : undefined
    },
  })
  return templated
}

function explain(file: string, source: string, message = ''): string {
  return source.includes('{{')
    ? `${file} is a template: render it first, as in helm template RELEASE CHART | throughline verify --manifests -`
    : `${file} is no YAML: ${message.replace(/:$/, '')}`
}

interface Found {
  object: KubeObject
  node: unknown
}

function flatten(value: unknown, node: unknown): Found[] {
  if (!isRecord(value) || text(value['apiVersion']) === null) return []
  const kind = text(value['kind'])
  if (kind === null) return []
  if (!kind.endsWith('List') || !Array.isArray(value['items'])) {
    return text(metadata(value)['name']) === null ? [] : [{ object: value, node }]
  }
  const items = isMap(node) ? node.get('items', true) : undefined
  // Items of a list of one kind may leave their kind out.
  const inherited = kind === 'List' ? {} : { apiVersion: value['apiVersion'], kind: kind.slice(0, -'List'.length) }
  return list(value['items']).flatMap((item, index) =>
    flatten({ ...inherited, ...item }, isSeq(items) ? items.items[index] : undefined),
  )
}

function lineOf(lines: LineCounter, root: unknown, field: string): number {
  let [node, offset] = [root, offsetOf(root)]
  for (const segment of parseField(field)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment))
      if (pair === undefined) break
      offset = offsetOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof segment === 'number' && node.items[segment] !== undefined) {
      node = node.items[segment]
      offset = offsetOf(node) ?? offset
    } else break
  }
  return lines.linePos(offset ?? 0).line
}

const offsetOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0]
