import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KubeObject } from '@throughline/lab-kube-api'
import { findHelm, LabError } from '@throughline/lab-programs'
import { createHelm } from '../helm/create-helm.ts'
import { type ChartPlacement, readChart } from './read-chart.ts'

/** `charts/` of the repository; the same from the sources and from the build. */
const charts = fileURLToPath(new URL('../../../../charts/', import.meta.url))

/** A release of `charts/consul` after one of its `install/mesh`, as a user installs them. */
const releases = [
  { name: 'mesh', chart: 'consul/install/mesh' },
  { name: 'throughline', chart: 'consul' },
] as const

/**
 * Renders `charts/consul` and its `install/mesh` with the real Helm and reads what they request from Consul.
 *
 * @param values a values file for the application's chart, default none
 * @throws LabError TL_BINARY_MISSING without Helm, TL_MESH_CONFIG_INVALID with Helm's message when it refuses
 */
export async function placementFromChart(
  options: { values?: string | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<ChartPlacement> {
  const { values, env = process.env } = options
  const helm = createHelm(await findHelm(4, env))
  const rendered: KubeObject[] = []
  for (const { name, chart } of releases) {
    const files = name === 'throughline' && values !== undefined ? [path.resolve(values)] : []
    try {
      const objects = await helm.objects(path.join(charts, chart), { release: name, files, includeTests: false })
      rendered.push(...objects)
    } catch (error) {
      const { message } = error as Error
      throw new LabError('TL_MESH_CONFIG_INVALID', `charts/${chart}: ${message}`, { cause: error })
    }
  }
  return readChart(rendered)
}
