import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { CHARTS, requireHelm } from './support/helm.ts'

describe.each([
  ['consul', 'service/dashboard-gateway 8080'],
  ['istio', 'service/dashboard-gateway-istio 8080'],
])('NOTES of charts/%s', (chart, gateway) => {
  it('give the commands that show count, trace and deny, for this release', async (context) => {
    const helm = await requireHelm(context)
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-notes-'))
    const notes = async (values: object) => {
      const file = path.join(folder, 'values.yaml')
      await fs.writeFile(file, stringify(values))
      const args = ['--namespace', 'shop', '--dry-run=client', '--values', file]
      const { stdout } = await helm.run('install', 'demo', path.join(CHARTS, chart), ...args)
      return stdout.slice(stdout.indexOf('NOTES:'))
    }
    const allowed = await notes({})
    expect(allowed).toContain('kubectl --namespace shop port-forward deployment/dashboard 9002\n')
    expect(allowed).toContain('curl -s http://localhost:9002/api/count\n')
    expect(allowed).toContain('curl -s http://localhost:9002/api/traces/<traceId>\n')
    expect(allowed).toContain(
      'helm upgrade demo <chart> --namespace shop --reset-then-reuse-values --set dashboard.allowed=false',
    )
    expect(allowed).toContain('helm test demo --namespace shop --logs')
    expect(allowed).toContain('jaeger.shop.svc.cluster.local in plain text')
    expect(await notes({ dashboard: { allowed: false } })).toContain('--set dashboard.allowed=true')
    const behind = await notes({ global: { gateway: { enabled: true, hostname: 'page.example.com' } } })
    expect(behind).toContain(`port-forward ${gateway}\n`)
    expect(behind).toContain(`curl -s -H 'Host: page.example.com' http://localhost:8080/api/count`)
    await fs.rm(folder, { recursive: true })
  })
})
