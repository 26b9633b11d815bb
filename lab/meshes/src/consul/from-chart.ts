import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { findHelm, LabError, messageOf, runTool } from '@throughline/lab-programs'
import { readChartObjects } from './from-chart-objects.ts'
import { type ChartPlacement, readChart } from './read-chart.ts'

/** `charts/` of the repository; the same from the sources and from the build. */
const charts = fileURLToPath(new URL('../../../../charts/', import.meta.url))

/** One namespace for both: it is in the names that the pods find each other by. */
const namespace = 'throughline'

/** A release of `charts/consul` after one of its `install/mesh`, as a user installs them. */
const releases = [
  { name: 'mesh', chart: 'consul/install/mesh' },
  { name: 'throughline', chart: 'consul' },
] as const

/**
 * Renders `charts/consul` and its `install/mesh` with the real Helm and reads what they ask of Consul.
 *
 * @param values a values file for the application's chart, default none
 * @throws LabError TL_BINARY_MISSING without Helm, TL_MESH_CONFIG_INVALID with Helm's own words when it refuses
 */
export async function placementFromChart(
  options: { values?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<ChartPlacement> {
  const { values, env = process.env } = options
  const helm = await findHelm(4, env)
  const rendered: string[] = []
  for (const { name, chart } of releases) {
    const file = name === 'throughline' && values !== undefined ? ['--values', path.resolve(values)] : []
    const args = ['template', name, path.join(charts, chart), '--namespace', namespace, '--skip-tests', ...file]
    try {
      rendered.push(await runTool([helm, ...args], { env: quietEnvironment(env), timeoutMs: 60_000 }))
    } catch (error) {
      const { message } = error as Error
      throw new LabError('TL_MESH_CONFIG_INVALID', `charts/${chart}: ${message}`, { cause: messageOf(error) })
    }
  }
  return readChart(readChartObjects(rendered.join('\n---\n')))
}

/** The user's own Helm plugins, repositories and cluster must not change what is rendered. */
function quietEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const home = path.join(os.tmpdir(), 'throughline-helm-home')
  return {
    PATH: env['PATH'],
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: path.join(home, 'none'),
  }
}
