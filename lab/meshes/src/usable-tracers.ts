import { isAtLeast, LabError, versions } from '@throughline/lab-programs'
import type { TraceBackendAddresses } from './trace-backend.ts'
import { type Tracer, tracers } from './mesh.ts'

const oldestEnvoys: Partial<Record<Tracer, string>> = versions.envoy.tracers

/**
 * The tracers that an Envoy supports and whose spans the trace backend accepts.
 *
 * @param version of the Envoy; undefined without sidecars, where nothing is left out
 * @param traceBackend addresses of a backend; default the built-in one, which accepts all
 */
export function usableTracers(
  version: string | undefined,
  traceBackend?: Pick<TraceBackendAddresses, 'datadogUrl'>,
): Tracer[] {
  return tracers.filter((tracer) => {
    if (version === undefined) return true
    if (tracer === 'datadog' && traceBackend !== undefined && traceBackend.datadogUrl === undefined) return false
    return isAtLeast(version, oldestEnvoys[tracer] ?? version)
  })
}

/** @throws LabError TL_CONTROL_BAD_REQUEST naming the usable tracers */
export function requireTracer(tracer: Tracer, usable: readonly Tracer[]): void {
  if (usable.includes(tracer)) return
  throw new LabError('TL_CONTROL_BAD_REQUEST', `these sidecars can't trace with ${tracer}, only ${usable.join(', ')}`)
}
