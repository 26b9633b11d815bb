import fs from 'node:fs/promises'
import path from 'node:path'
import { buildSubcharts } from '@throughline/lab-meshes'
import { temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { CHARTS, type Helm, requireHelm } from './support/helm.ts'
import { names } from './support/kubernetes-object.ts'

/**
 * The values files of the charts when their subcharts were still links; `helm upgrade` of such a release brings
 * them.
 */
const former = path.join(import.meta.dirname, 'upgrade')

const charts = [
  ['service', 'service', 'service-values.yaml', ''],
  ['consul', 'consul', 'consul-values.yaml', 'dashboard.env: the variable is now called COUNTING_BYPASS_URL'],
  ['istio', 'istio', 'istio-values.yaml', ''],
  ['consul/install/mesh', 'mesh', 'mesh-values.yaml', ''],
] as const

/** `--reuse-values`: the former release's values take the place of the chart's own, new keys are not there. */
async function withFormerDefaults(helm: Helm, chart: string, file: string, folder: string): Promise<string> {
  await fs.cp(CHARTS, folder, { recursive: true, filter: (source) => !/node_modules|test$/.test(source) })
  const text = await fs.readFile(path.join(former, file), 'utf8')
  const renamed = text.replace('COUNTING_DIRECT_URL', 'COUNTING_BYPASS_URL')
  await fs.writeFile(path.join(folder, chart, 'values.yaml'), renamed)
  await buildSubcharts({ run: helm.run, chart: path.join(folder, chart) })
  return path.join(folder, chart)
}

describe.each(charts)('charts/%s', (chart, release, file, renamed) => {
  it('accepts a former release’s values, except renamed keys, which it refuses by new name', async (context) => {
    const helm = await requireHelm(context)
    const text = await fs.readFile(path.join(former, file), 'utf8')
    await using folder = await temporaryFolder()
    const refusal = async (values: string) => {
      const target = path.join(folder.path, 'values.yaml')
      await fs.writeFile(target, values)
      const { exitCode, stderr } = await helm.run('template', release, path.join(CHARTS, chart), '--values', target)
      return exitCode === 0 ? '' : stderr
    }
    expect(await refusal(text)).toContain(renamed)
    expect(await refusal(text.replace('COUNTING_DIRECT_URL', 'COUNTING_BYPASS_URL'))).toBe('')
  })

  it('renders the same objects without new keys, as after `helm upgrade --reuse-values`', async (context) => {
    const helm = await requireHelm(context)
    await using folder = await temporaryFolder()
    const copy = await withFormerDefaults(helm, chart, file, folder.path)
    const { exitCode, stdout, stderr } = await helm.run('template', release, copy, '--namespace', 'throughline')
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, ''])
    const objects = await helm.objects(chart, { release })
    const kinds = [...stdout.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind)
    expect(kinds.toSorted()).toEqual(
      names(objects)
        .map((name) => name.split('/')[0])
        .toSorted(),
    )
  })
})
