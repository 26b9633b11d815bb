import { isAtLeast } from './binaries/envoy-version.ts'
import type { CollectorAddresses } from './collector.ts'
import { type Tracer, tracers } from './mesh.ts'
import { versions } from './versions.ts'

/**
 * The tracers that an Envoy has and a trace backend takes spans from.
 *
 * @param version of the Envoy; undefined when there is none, and nothing to leave out
 * @param collector addresses of a backend; default our own, which takes all
 */
export function usableTracers(
  version: string | undefined,
  collector?: Pick<CollectorAddresses, 'datadogUrl'>,
): Tracer[] {
  return tracers.filter((tracer) => {
    if (version === undefined) return true
    if (tracer === 'datadog' && collector !== undefined && collector.datadogUrl === undefined) return false
    return isAtLeast(version, versions.envoy.tracers[tracer] ?? version)
  })
}
