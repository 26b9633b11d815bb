import type { FoundIstio } from '@throughline/lab-programs'
import type { Guardian } from '@throughline/lab-programs'
import type { Tracer } from '../mesh.ts'
import type { Backend } from '../mesh-module.ts'
import type { IstioPlace } from '../placement/istio-placement.ts'

export interface IstioMeshOptions {
  place: IstioPlace
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
  guardian: Guardian
  log?: (line: string) => void
}
