import { expect, it } from 'vitest'
import { sketchClusterPath } from '../cluster.test-support.ts'
import { sketchEvidence } from '../evidence.test-support.ts'
import { cluster } from './answers.test-support.ts'
import { readCluster } from './read-cluster.ts'

const pod = (annotations: object, containers: string[]) => ({
  metadata: { name: 'frontend-1', namespace: 'shop', annotations },
  spec: { containers: containers.map((name) => ({ name })) },
})

it('finds the Service behind a listener on loopback by the annotation of its caller', async () => {
  const upstreams = (text: string) => ({ 'consul.hashicorp.com/connect-service-upstreams': text })
  const services = async (annotations: object, authority: string): Promise<string[]> => {
    const evidence = sketchClusterPath('consul', { edit: (span) => (span.proxy ? null : { ...span, authority }) })
    const cart = { metadata: { name: 'cart', namespace: 'shop' }, spec: { ports: [{ port: 80 }] } }
    const kubectl = cluster({
      '/api/v1/namespaces/shop/pods': { items: [pod(annotations, ['app', 'consul-dataplane'])] },
      '/api/v1/namespaces/shop/services': { items: [cart] },
    })
    const { facts } = await readCluster(kubectl, evidence, { namespace: 'shop', pod: 'frontend-1', port: 8080 })
    return facts.services.map(({ service }) => service)
  }
  expect(await services(upstreams('stock:9002, cart:9001'), 'localhost:9001')).toEqual(['shop/cart'])
  expect(await services(upstreams('cart.svc:9001:dc1'), '127.0.0.1:9001')).toEqual(['shop/cart'])
  expect(await services(upstreams('cart:9001'), 'localhost:9002')).toEqual([])
  expect(await services({}, 'localhost:9001')).toEqual([])
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
