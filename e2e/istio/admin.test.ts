import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { startLab } from '../support/start-lab.ts'

describe('the admin interface of Istio’s sidecars', () => {
  it('can be read, but stops and changes nothing', async () => {
    await using lab = await startLab({ mesh: 'istio', tracer: 'none' })
    for (const sidecar of ['counting', 'dashboard']) {
      const file = path.join(lab.runDir, `${sidecar}-sidecar`, 'etc/istio/proxy/envoy-rev.json')
      const { admin } = JSON.parse(await fs.readFile(file, 'utf8')) as Bootstrap
      const url = `http://127.0.0.1:${admin.address.socket_address.port_value}`
      expect((await fetch(`${url}/server_info`)).status).toBe(200)
      // Any page in the same browser could send these.
      for (const command of ['quitquitquit', 'drain_listeners', 'healthcheck/fail', 'logging?level=trace']) {
        const { status } = await fetch(`${url}/${command}`, { method: 'POST' })
        expect([command, status]).toEqual([command, 403])
      }
    }
    expect((await count(lab)).state).toBe('connected')
  })
})

interface Bootstrap {
  admin: { address: { socket_address: { port_value: number } } }
}
