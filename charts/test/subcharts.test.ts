import fs from 'node:fs/promises'
import path from 'node:path'
import { buildSubcharts } from '@throughline/lab-meshes'
import { temporaryFolder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { checkOut } from './support/check-out.ts'
import { CHARTS, type Helm, requireHelm } from './support/helm.ts'

async function render({ run }: Helm, chart: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run('template', 'throughline', chart, '--namespace', 'throughline')
  return exitCode === 0 ? stdout : stderr
}

describe.each(['consul', 'istio'])('the subcharts of charts/%s', (chart) => {
  it.for([4, 3] as const)('come by `helm dependency build` of a checkout, with Helm %i', async (major, context) => {
    const helm = await requireHelm(context, major)
    await using folder = await temporaryFolder()
    await checkOut(folder.path)
    const copy = path.join(folder.path, chart)
    expect(await fs.readdir(copy)).not.toContain('charts')
    expect(await helm.run('dependency', 'build', copy)).toMatchObject({ exitCode: 0 })
    expect(await render(helm, copy)).toBe(await render(helm, path.join(CHARTS, chart)))
  })

  it('are built once in a checkout with links as text, and again when a source changes', async (context) => {
    const helm = await requireHelm(context)
    await using folder = await temporaryFolder()
    await checkOut(folder.path)
    const copy = path.join(folder.path, chart)
    await fs.mkdir(path.join(copy, 'charts'))
    await fs.writeFile(path.join(copy, 'charts/service'), '../../service')
    expect(await render(helm, copy)).not.toContain('kind: Deployment')
    const build = () => buildSubcharts({ run: helm.run, chart: copy })
    expect(await build()).toBe(true)
    expect(await build()).toBe(false)
    expect(await render(helm, copy)).toBe(await render(helm, path.join(CHARTS, chart)))

    const source = path.join(folder.path, 'service/values.yaml')
    await fs.writeFile(source, (await fs.readFile(source, 'utf8')).replace('logLevel: info', 'logLevel: debug'))
    expect(await build()).toBe(true)
    expect(await render(helm, copy)).toContain('value: "debug"')
  })
})

it('a chart without subcharts is left unchanged', async (context) => {
  const { run } = await requireHelm(context)
  expect(await buildSubcharts({ run, chart: path.join(CHARTS, 'service') })).toBe(false)
})
