import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { expectReadOnlyAdmin } from '../support/read-only-admin.ts'
import { startLab } from '../support/start-lab.ts'

it('Consul’s API refuses a rule from a page of another origin, which needs no preflight', async () => {
  await using lab = await startLab({ mesh: 'consul', tracer: 'none' })
  const { links } = await lab.mesh.status()
  const { origin } = new URL(links[0]?.url ?? '')
  const rule = JSON.stringify({ SourceName: '*', DestinationName: '*', Action: 'allow' })
  const post = { method: 'POST', body: rule, headers: { 'content-type': 'text/plain', origin: 'http://evil.example' } }
  expect((await fetch(`${origin}/v1/connect/intentions`, post)).status).toBe(403)
  expect(await (await fetch(`${origin}/v1/connect/intentions`)).json()).not.toContainEqual(
    expect.objectContaining({ SourceName: '*', Action: 'allow' }),
  )
  expect(await (await fetch(`${origin}/ui/`)).text()).toContain('<title>Consul')
})

describe('the bootstrap that Consul writes', () => {
  it('is private to its owner, and its admin interface is read-only', async () => {
    await using lab = await startLab({ mesh: 'consul', tracer: 'none' })
    for (const sidecar of ['counting', 'dashboard']) {
      const file = path.join(lab.runDir, `${sidecar}-sidecar.json`)
      expect((await fs.stat(file)).mode & 0o777).toBe(0o600)
      const { address, port_value: port } = (JSON.parse(await fs.readFile(file, 'utf8')) as Bootstrap).admin.address
        .socket_address
      await expectReadOnlyAdmin(`http://${address}:${port}`)
    }
    expect((await count(lab)).state).toBe('connected')
  })
})

interface Bootstrap {
  admin: { address: { socket_address: { address: string; port_value: number } } }
}
