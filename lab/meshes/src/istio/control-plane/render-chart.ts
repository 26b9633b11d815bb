import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { KubeObject } from '@throughline/lab-kube-api'
import { stringify } from 'yaml'
import { runTool } from '@throughline/lab-programs'
import { readObjects } from './read-objects.ts'

export interface RenderChartOptions {
  /** Path of a Helm. */
  helm: string
  /** Folder of the chart. */
  chart: string
  release: string
  namespace: string
  /** Values files, in order. */
  files?: readonly string[]
  /** Values as data; they win over the files. */
  values?: object
  /** Default Helm's own. */
  kubeVersion?: string
  /** Whether the chart's `crds/` and its tests are wanted, default true and false. */
  includeCrds?: boolean
  includeTests?: boolean
}

/**
 * What `helm template` makes of a chart, without the user's plugins, repositories or cluster.
 *
 * @throws with Helm's last line
 */
export async function renderChart(options: RenderChartOptions): Promise<KubeObject[]> {
  const { helm, chart, release, namespace, files = [], values, kubeVersion } = options
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-helm-'))
  try {
    const args = ['template', release, chart, '--namespace', namespace]
    if (options.includeCrds ?? true) args.push('--include-crds')
    if (!(options.includeTests ?? false)) args.push('--skip-tests')
    if (kubeVersion !== undefined) args.push('--kube-version', kubeVersion)
    for (const file of files) args.push('--values', file)
    if (values !== undefined) {
      const file = path.join(home, 'values.yaml')
      await fs.writeFile(file, stringify(values, { version: '1.1' }))
      args.push('--values', file)
    }
    const folders = { HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home }
    const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(home, 'none'), ...folders }
    return readObjects(await runTool([helm, ...args], { env, timeoutMs: 60_000 }))
  } finally {
    await fs.rm(home, { recursive: true })
  }
}
