import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { expectReadOnlyAdmin } from '../support/read-only-admin.ts'
import { startLab } from '../support/start-lab.ts'

describe('the admin interface of Istio’s sidecars', () => {
  it('is read-only', async () => {
    await using lab = await startLab({ mesh: 'istio', tracer: 'none' })
    for (const sidecar of ['counting', 'dashboard']) {
      const file = path.join(lab.runDir, `${sidecar}-sidecar`, 'etc/istio/proxy/envoy-rev.json')
      const { admin } = JSON.parse(await fs.readFile(file, 'utf8')) as Bootstrap
      await expectReadOnlyAdmin(`http://127.0.0.1:${admin.address.socket_address.port_value}`)
    }
    expect((await count(lab)).state).toBe('connected')
  })
})

interface Bootstrap {
  admin: { address: { socket_address: { port_value: number } } }
}
