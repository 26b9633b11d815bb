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
  it('are created, read, replaced, listed and deleted', async () => {
    await using kubeApi = await createFakeKubeApi()
    const created = await ask(kubeApi, CONFIG_MAPS, { method: 'POST', body: configMap('one', { data: { a: '1' } }) })
    expect(created).toMatchObject({ status: 201, body: { metadata: { name: 'one', namespace: 'default' } } })
    expect((await ask(kubeApi, CONFIG_MAPS, { method: 'POST', body: configMap('one') })).status).toBe(409)
    expect((await ask(kubeApi, `${CONFIG_MAPS}/one`)).body).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } })
    const put = await ask(kubeApi, `${CONFIG_MAPS}/one`, {
      method: 'PUT',
      body: configMap('one', { data: { b: '2' } }),
    })
    expect(put.body).toMatchObject({ data: { b: '2' }, metadata: { uid: created.body.metadata.uid } })
    const { body } = await ask(kubeApi, '/api/v1/configmaps')
    expect(body).toMatchObject({ kind: 'ConfigMapList', items: [{ data: { b: '2' } }] })
    expect((await ask(kubeApi, `${CONFIG_MAPS}/one`, { method: 'DELETE' })).status).toBe(200)
    expect((await ask(kubeApi, `${CONFIG_MAPS}/one`)).body).toMatchObject({
      kind: 'Status',
      code: 404,
      reason: 'NotFound',
    })
  })

  it('get a generated name on request, and are refused in a missing namespace', async () => {
    await using kubeApi = await createFakeKubeApi()
    const body = { metadata: { generateName: 'part-' } }
    expect((await ask(kubeApi, CONFIG_MAPS, { method: 'POST', body })).body.metadata.name).toMatch(/^part-\w{5}$/)
    const elsewhere = await ask(kubeApi, '/api/v1/namespaces/none/configmaps', { method: 'POST', body })
    expect(elsewhere).toMatchObject({ status: 404, body: { message: expect.stringContaining('namespaces "none"') } })
  })

  it('are refused when another client has changed them', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one', { data: { a: '1' } })] })
    const { body } = await ask(kubeApi, `${CONFIG_MAPS}/one`)
    await kubeApi.apply([configMap('one', { data: { a: '2' } })])
    expect((await ask(kubeApi, `${CONFIG_MAPS}/one`, { method: 'PUT', body })).body).toMatchObject({
      code: 409,
      reason: 'Conflict',
    })
  })

  it('are not changed by a dry run', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one')] })
    const dry = '?dryRun=All'
    expect((await ask(kubeApi, `${CONFIG_MAPS}${dry}`, { method: 'POST', body: configMap('two') })).status).toBe(201)
    await ask(kubeApi, `${CONFIG_MAPS}/one${dry}`, { method: 'PUT', body: configMap('one', { data: { a: '1' } }) })
    await ask(kubeApi, `${CONFIG_MAPS}/one${dry}`, { method: 'DELETE' })
    expect(kubeApi.list('ConfigMap')).toMatchObject([{ metadata: { name: 'one' }, data: {} }])
  })

  it('get a new version only when something changed', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one', { data: { a: '1' } })] })
    const before = kubeApi.version()
    const { body } = await ask(kubeApi, `${CONFIG_MAPS}/one`)
    await ask(kubeApi, `${CONFIG_MAPS}/one`, { method: 'PUT', body })
    await kubeApi.apply([configMap('one', { data: { a: '1' } })])
    expect(kubeApi.version()).toBe(before)
    await kubeApi.apply([configMap('one', { data: { a: '2' } })])
    expect(kubeApi.version()).toBe(before + 1)
  })

  it('are deleted with their namespace', async () => {
    await using kubeApi = await createFakeKubeApi()
    await kubeApi.apply([configMap('one', { namespace: 'shop' }), configMap('one')])
    kubeApi.delete({ kind: 'Namespace', name: 'shop' })
    expect(kubeApi.list('ConfigMap').map(({ metadata }) => metadata.namespace)).toEqual(['default'])
  })

  it('are refused in protobuf, and when they are malformed', async () => {
    await using kubeApi = await createFakeKubeApi()
    const protobuf = { 'content-type': 'application/vnd.kubernetes.protobuf' }
    const options = { method: 'POST', body: configMap('one') }
    expect((await ask(kubeApi, CONFIG_MAPS, { ...options, headers: protobuf })).status).toBe(415)
    const broken = await fetch(`${kubeApi.url}${CONFIG_MAPS}`, { method: 'POST', body: '{"a":' })
    expect(broken.status).toBe(400)
  })
})

describe('status', () => {
  const gadget = (more: object) => ({
    apiVersion: 'example.test/v1',
    kind: 'Gadget',
    metadata: { name: 'one', namespace: 'default' },
    ...more,
  })
  const path = '/apis/example.test/v1/namespaces/default/gadgets/one'
  const put = { method: 'PUT' }

  it('and spec are written on separate paths, and only the spec raises the generation', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [definition('Gadget', ['v1'])] })
    await kubeApi.apply([gadget({ spec: { size: 1 } })])
    const status = await ask(kubeApi, `${path}/status`, {
      ...put,
      body: gadget({ spec: { size: 9 }, status: { ok: 1 } }),
    })
    expect(status.body).toMatchObject({ spec: { size: 1 }, status: { ok: 1 }, metadata: { generation: 1 } })
    const spec = await ask(kubeApi, path, { ...put, body: gadget({ spec: { size: 2 }, status: { ok: 2 } }) })
    expect(spec.body).toMatchObject({ spec: { size: 2 }, status: { ok: 1 }, metadata: { generation: 2 } })
  })

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
