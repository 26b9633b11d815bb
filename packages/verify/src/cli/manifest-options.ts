import { UsageError } from './usage-error.ts'

/** Options about requests and spans, which files have none of. */
const OF_REQUESTS = [
  'traces',
  'traces-header',
  'traces-ca',
  'listen',
  'listen-host',
  'envoy',
  'inside',
  'bypass',
  'expect',
  'method',
  'header',
  'repeat',
  'timeout',
  'settle',
]

/** The first option that only a request or its spans have a use for. */
export const findOfRequests = (values: Readonly<Record<string, unknown>>): string | undefined =>
  OF_REQUESTS.find((name) => values[name] !== undefined)

/**
 * Whether `--manifests` stands alone: files are judged, and no request is sent.
 *
 * @throws UsageError when it is combined with what leads to no objects
 */
export function isFilesAlone(url: string | undefined, values: Readonly<Record<string, unknown>>): boolean {
  const { manifests, from, context } = values
  if (manifests === undefined) return false
  if (manifests === '') throw new UsageError('--manifests is a folder, a file, or - for what stands on stdin')
  if (from !== undefined || context !== undefined) return false
  if (url !== undefined) {
    throw new UsageError(
      `--manifests alone judges files, and sends no request: leave ${url} out. With --context or --from it adds file and line to findings`,
    )
  }
  const given = findOfRequests(values)
  if (given !== undefined) throw new UsageError(`--manifests alone sends no request: leave --${given} out`)
  return true
}
