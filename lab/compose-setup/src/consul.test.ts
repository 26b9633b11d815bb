import path from 'node:path'
import { expect, it } from 'vitest'
import { renderAgent } from '@throughline/lab-meshes'

it('compose/consul/agent.json is mesh/consul/agent.yaml for a server alone in its container', async () => {
  const place = { bind: '127.0.0.1', client: '0.0.0.0', ports: { http: 8500, xds: 8502, server: 8300, serf: 8301 } }
  const file = path.join(import.meta.dirname, '../../../compose/consul/agent.json')
  await expect(
    `${JSON.stringify(await renderAgent(place, { dataDir: '/consul/data', httpAddress: '0.0.0.0' }), null, 2)}\n`,
  ).toMatchFileSnapshot(file)
})
