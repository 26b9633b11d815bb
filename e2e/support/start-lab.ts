import { createLab } from '@throughline/lab-stack'
import { type Lab, type LabOptions, type Mesh } from '@throughline/lab-meshes'
import type { TraceStore } from '@throughline/trace-store'

/** A lab with sidecars and with our own trace store: what every scenario needs. */
export interface MeshLab extends Lab {
  mesh: Mesh
  traceStore: TraceStore
}

export async function startLab(options: LabOptions = {}): Promise<MeshLab> {
  const lab = await createLab(options)
  const { mesh, traceStore } = lab
  if (mesh && traceStore) return { ...lab, mesh, traceStore }
  await lab.stop()
  throw new Error('this scenario needs sidecars and the embedded trace store')
}
