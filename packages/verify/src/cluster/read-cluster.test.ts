import { expect, it } from 'vitest'
import { sketchEvidence } from '../evidence.test-support.ts'
import { cluster } from './answers.test-support.ts'
import { readCluster } from './read-cluster.ts'

const pod = (annotations: object, containers: string[]) => ({
  metadata: { name: 'frontend-1', namespace: 'shop', annotations },
  spec: { containers: containers.map((name) => ({ name })) },
})

async function read(entry: object): Promise<string> {
  const evidence = sketchEvidence()
  const kubectl = cluster({ '/api/v1/namespaces/shop/pods': { items: [entry] } })
  await readCluster(kubectl, evidence, { namespace: 'shop', pod: 'frontend-1', port: 8080 })
  return evidence.unseen.join('\n')
}

it('says that what takes the traffic of a pod in ambient mode is not seen', async () => {
  const redirected = { 'ambient.istio.io/redirection': 'enabled' }
  expect(await read(pod(redirected, ['app']))).toMatch(/ztunnel and waypoints .* shop\/frontend-1 is in/)
  expect(await read(pod(redirected, ['app', 'istio-proxy']))).not.toContain('ztunnel')
  expect(await read(pod({}, ['app']))).not.toContain('ztunnel')
})
