import { isAtLeast, readEnvoyVersion } from './binaries/envoy-version.ts'
import type { CollectorAddresses } from './collector.ts'
import { type Tracer, tracers } from './mesh.ts'
import { versions } from './versions.ts'

/**
 * The tracers that this Envoy has and this trace backend takes spans from.
 *
 * @param envoy its path; without one there are no sidecars, and nothing to leave out
 * @param collector addresses of a backend; default our own, which takes all
 */
export async function usableTracers(
  envoy: string | undefined,
  collector?: Pick<CollectorAddresses, 'datadogUrl'>,
): Promise<Tracer[]> {
  if (envoy === undefined) return [...tracers]
  const version = await readEnvoyVersion(envoy)
  return tracers.filter((tracer) => {
    if (tracer === 'datadog' && collector !== undefined && collector.datadogUrl === undefined) return false
    const first = versions.envoy.tracers[tracer]
    return first === undefined || version === undefined || isAtLeast(version, first)
  })
}
