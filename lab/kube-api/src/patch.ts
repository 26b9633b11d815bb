import { isRecord } from '@throughline/trace-store'
import { applyPatch as applyJsonPatch, type Operation } from 'rfc6902'
import { badRequest, KubeError } from './kube-error.ts'
import type { Json } from './kube-object.ts'

type JsonObject = { [key: string]: Json }

/** The entries of a list are identified by the first of these keys that all of them have. */
const mergeKeys = ['name', 'type', 'containerPort', 'port', 'mountPath', 'uid', 'ip'] as const

/**
 * Applies one of the four kinds of patch in Kubernetes. Strategic merge and apply are simplified: no ownership
 * of fields, and the key of a list is guessed from its entries instead of read from a schema.
 *
 * @throws KubeError 415 for another kind, 422 for a JSON patch that can't be applied
 */
export function applyPatch(current: Json, patch: Json, contentType: string): Json {
  const [kind] = contentType.split(';')
  switch (kind) {
    case 'application/json-patch+json':
      return jsonPatch(current, patch)
    case 'application/merge-patch+json':
      return mergePatch(current, patch)
    case 'application/strategic-merge-patch+json':
    case 'application/apply-patch+yaml':
      return strategicMerge(current, patch)
    default:
      throw new KubeError(415, 'UnsupportedMediaType', `the body of a patch can't be ${kind}`)
  }
}

/** RFC 6902. */
export function jsonPatch(current: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations')
  const patched = structuredClone(current)
  for (const outcome of applyJsonPatch(patched, patch as unknown as Operation[])) {
    if (outcome !== null) throw new KubeError(422, 'Invalid', `the patch can't be applied: ${outcome.message}`)
  }
  return patched
}

/** RFC 7396: `null` removes, lists are replaced. */
function mergePatch(current: Json | undefined, patch: Json): Json {
  return merge(current, patch, (_current, list) => list)
}

function strategicMerge(current: Json, patch: Json): Json {
  return merge(current, patch, mergeLists)
}

function merge(
  current: Json | undefined,
  patch: Json,
  lists: (current: Json | undefined, patch: Json[]) => Json,
): Json {
  if (Array.isArray(patch)) return lists(current, patch)
  if (!isRecord(patch)) return patch
  const merged: JsonObject = isRecord(current) ? { ...current } : {}
  for (const [key, value] of Object.entries(patch)) {
    // Directives of a strategic merge, such as the order of a list.
    if (key.startsWith('$')) continue
    if (value === null) delete merged[key]
    else merged[key] = merge(merged[key], value, lists)
  }
  return merged
}

function mergeLists(current: Json | undefined, patch: Json[]): Json {
  const key = Array.isArray(current) && mergeKeys.find((candidate) => isKeyed([...current, ...patch], candidate))
  if (!key) return patch
  const merged = new Map((current as JsonObject[]).map((entry) => [entry[key], entry as Json]))
  for (const entry of patch as JsonObject[]) {
    const id = entry[key]
    if (entry['$patch'] === 'delete') merged.delete(id)
    else merged.set(id, merge(merged.get(id), entry, mergeLists))
  }
  return [...merged.values()]
}

function isKeyed(list: Json[], key: string): boolean {
  return list.every((entry) => isRecord(entry) && key in entry)
}
