import type { FoundIstio, Reaper } from '@throughline/lab-programs'
import type { Tracer } from '../mesh.ts'
import type { Backend } from '../mesh-module.ts'
import type { IstioPlacement } from '../placement/istio-placement.ts'

export interface IstioMeshOptions {
  placement: IstioPlacement
  istio: FoundIstio
  /** Path of a Helm, which renders Istio's own charts. */
  helm: string
  backend: Backend
  tracer: Tracer
  /** What the tracer can be changed to. */
  tracers: readonly Tracer[]
  /** Percentage of undecided requests that the sidecars trace, default 100. */
  sampling?: number
  runDir: string
  reaper: Reaper
  log?: (line: string) => void
}
