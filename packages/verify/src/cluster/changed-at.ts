import { type KubeObject, list, record, text } from './kube-objects.ts'

/**
 * When a field was last written, in milliseconds since the epoch, by the managed fields of an object; else its creation;
 * null where the object has neither.
 *
 * @param field as in `fieldsV1`: `f:spec`
 */
export function changedAt(metadata: KubeObject, field: string): number | null {
  const written = list(metadata['managedFields'])
    .filter((entry) => field in record(entry['fieldsV1']) && entry['subresource'] === undefined)
    .map((entry) => Date.parse(text(entry['time']) ?? ''))
  const times = [...written, Date.parse(text(metadata['creationTimestamp']) ?? '')].filter(
    (time) => !Number.isNaN(time),
  )
  return times.length === 0 ? null : Math.max(...times)
}
