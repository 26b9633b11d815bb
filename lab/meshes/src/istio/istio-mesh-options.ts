import type { FoundIstio, Reaper } from '@throughline/lab-programs'
import type { Tracer } from '../mesh.ts'
import type { IstioPlacement } from '../placement/istio-placement.ts'
import type { SpanReceivers } from '../trace-backend.ts'

export interface IstioMeshOptions {
  placement: IstioPlacement
  istio: FoundIstio
  /** Whether the Envoy of the sidecars can limit the paths of its admin interface. */
  limitAdmin: boolean
  /** Path of a Helm, which renders Istio's own charts. */
  helm: string
  backend: SpanReceivers
  tracer: Tracer
  /** The tracers that can be selected. */
  tracers: readonly Tracer[]
  /** Percentage of requests that the sidecars trace when no caller has decided. */
  sampling: number
  runDir: string
  reaper: Reaper
  log?: ((line: string) => void) | undefined
}
