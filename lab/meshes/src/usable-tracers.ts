import { isAtLeast } from '@throughline/lab-programs'
import type { CollectorAddresses } from './trace-backend.ts'
import { LabError } from '@throughline/lab-programs'
import { type Tracer, tracers } from './mesh.ts'
import { versions } from '@throughline/lab-programs'

const oldestEnvoys: Partial<Record<Tracer, string>> = versions.envoy.tracers

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
    return isAtLeast(version, oldestEnvoys[tracer] ?? version)
  })
}

/** @throws LabError TL_BAD_REQUEST that names those that can be used */
export function requireTracer(tracer: Tracer, usable: readonly Tracer[]): void {
  if (usable.includes(tracer)) return
  throw new LabError('TL_BAD_REQUEST', `these sidecars can't trace with ${tracer}, only ${usable.join(', ')}`)
}
