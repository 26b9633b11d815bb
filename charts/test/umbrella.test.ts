import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { CHARTS, requireHelm } from './support/helm.ts'

it.for([
  ['istio', 4],
  ['istio', 3],
  ['consul', 4],
] as const)(
  'charts/%s is a subchart beside others with globals of their own, with Helm %i',
  async ([chart, major], context) => {
    const helm = await requireHelm(context, major)
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-umbrella-'))
    try {
      const repository = `file://${path.join(CHARTS, chart)}`
      const dependency = { name: `throughline-${chart}`, version: '>=0.0.0-0', repository, alias: 'demo' }
      const manifest = { apiVersion: 'v2', name: 'umbrella', version: '1.0.0', dependencies: [dependency] }
      fs.writeFileSync(path.join(folder, 'Chart.yaml'), JSON.stringify(manifest))
      expect(await helm.run('dependency', 'update', folder)).toMatchObject({ exitCode: 0 })
      const values = ['--set', 'global.imageRegistry=registry.example.com', '--set', 'demo.counting.replicas=3']
      const { exitCode, stdout, stderr } = await helm.run('template', 'umbrella', folder, ...values)
      expect(stderr).toBe('')
      expect(exitCode).toBe(0)
      expect(stdout).toContain('replicas: 3')
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  },
)
