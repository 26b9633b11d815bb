import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createFakeKubeApi } from './create-fake-kube-api.ts'
import { ask, configMap, definition } from './request.test-support.ts'

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

describe('the address of the fake Kubernetes API', () => {
  it('refuses callers that do not know its secret path', async () => {
    await using kubeApi = await createFakeKubeApi()
    const { origin, pathname } = new URL(kubeApi.url)
    expect((await ask({ url: origin }, '/api/v1/secrets')).status).toBe(403)
    expect((await ask({ url: `${origin}${pathname.slice(0, -1)}` }, '/api/v1/secrets')).status).toBe(403)
    expect((await ask(kubeApi, '/api/v1/secrets')).status).toBe(200)
    const { clusters } = parse(kubeApi.kubeconfig()) as { clusters: [{ cluster: { server: string } }] }
    expect(clusters[0].cluster.server).toBe(kubeApi.url)
  })

  it('is free again after close, even with a watch open', async () => {
    const kubeApi = await createFakeKubeApi()
    const open = await fetch(`${kubeApi.url}${CONFIG_MAPS}?watch=true`)
    await kubeApi.close()
    await kubeApi.close()
    await expect(open.text()).rejects.toThrow('terminated')
    await using next = await createFakeKubeApi({ port: Number(new URL(kubeApi.url).port) })
    expect(new URL(next.url).port).toBe(new URL(kubeApi.url).port)
  })
})

describe('objects over HTTP', () => {
  it('are deleted with their namespace', async () => {
    await using kubeApi = await createFakeKubeApi()
    await kubeApi.apply([configMap('one', { namespace: 'shop' }), configMap('one')])
    kubeApi.delete({ kind: 'Namespace', name: 'shop' })
    expect(kubeApi.list('ConfigMap').map(({ metadata }) => metadata.namespace)).toEqual(['default'])
  })

  it('are refused in protobuf', async () => {
    await using kubeApi = await createFakeKubeApi()
    const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' }
    const options = { method: 'POST', body: configMap('one') }
    expect((await ask(kubeApi, CONFIG_MAPS, { ...options, headers: protobuf })).status).toBe(415)
  })
})

describe('status', () => {
  it('is written by apply when the object has one, so a test can act as the kubelet', async () => {
    await using kubeApi = await createFakeKubeApi()
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' }, spec: {} }
    for (const podIP of ['10.0.0.1', '10.0.0.2']) {
      expect(await kubeApi.apply([{ ...pod, status: { podIP } }])).toMatchObject([{ status: { podIP } }])
    }
  })
})

describe('custom resources', () => {
  it('are served in every version of their definition, from one store', async () => {
    await using kubeApi = await createFakeKubeApi()
    expect((await ask(kubeApi, '/apis/example.test/v1')).status).toBe(404)
    await kubeApi.apply([definition('Gadget', ['v1beta1', 'v1'])])
    const body = { metadata: { name: 'one' }, spec: { size: 1 } }
    await ask(kubeApi, '/apis/example.test/v1beta1/namespaces/default/gadgets', { method: 'POST', body })
    const read = await ask(kubeApi, '/apis/example.test/v1/namespaces/default/gadgets/one')
    expect(read.body).toMatchObject({ apiVersion: 'example.test/v1', spec: { size: 1 } })
    expect(kubeApi.get({ kind: 'Gadget', name: 'one' })?.apiVersion).toBe('example.test/v1')
    kubeApi.delete({ kind: 'CustomResourceDefinition', name: 'gadgets.example.test' })
    expect((await ask(kubeApi, '/apis/example.test/v1/gadgets')).status).toBe(404)
  })

  it('and all other kinds are found by discovery', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [definition('Gadget', ['v1'])] })
    const { body } = await ask<{ groups: { name: string }[] }>(kubeApi, '/apis')
    expect(body.groups.map(({ name }) => name)).toContain('example.test')
    const { body: group } = await ask<{ resources: object[] }>(kubeApi, '/apis/example.test/v1')
    expect(group.resources).toMatchObject([{ name: 'gadgets', kind: 'Gadget', namespaced: true, shortNames: ['ga'] }])
    expect((await ask(kubeApi, '/version')).body).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.3' })
    expect((await ask(kubeApi, '/api/v1/nodes')).body.items).toMatchObject([
      { status: { nodeInfo: { kubeletVersion: 'v1.36.3' } } },
    ])
  })
})

describe('defaults', () => {
  it('add the protocol of ports, the kind of volumes, addresses of Services and namespace labels', async () => {
    await using kubeApi = await createFakeKubeApi()
    const ports = [{ containerPort: 9001 }]
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'one', namespace: 'shop' } }
    const [pod, first] = await kubeApi.apply([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'one' },
        spec: { containers: [{ name: 'app', ports }], volumes: [{ name: 'tmp' }] },
      },
      { ...service, spec: { ports: [{ port: 80 }] } },
    ])
    expect(pod?.spec).toEqual({
      containers: [{ name: 'app', ports: [{ containerPort: 9001, protocol: 'TCP' }] }],
      volumes: [{ name: 'tmp', emptyDir: {} }],
      serviceAccountName: 'default',
    })
    expect(first?.spec).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ protocol: 'TCP', targetPort: 80 }] })
    const [again] = await kubeApi.apply([{ ...service, spec: { ports: [{ port: 81 }] } }])
    expect(again?.spec).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ port: 81 }] })
    expect(kubeApi.get({ kind: 'Namespace', name: 'shop' })?.metadata.labels).toEqual({
      'kubernetes.io/metadata.name': 'shop',
    })
  })
})
