import { describe, expect, it } from 'vitest'
import { createFakeKubeApi } from './create-fake-kube-api.ts'
import { ask, configMap } from './request.test-support.ts'

const PATH = '/api/v1/namespaces/default/configmaps/one'
const typed = (kind: string) => ({ method: 'PATCH', headers: { 'content-type': kind } })

describe('a patch', () => {
  it('is a list of operations (RFC 6902), refused when one cannot be applied', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one', { data: { a: '1', b: '2' } })] })
    const options = typed('application/json-patch+json')
    const body = [
      { op: 'replace', path: '/data/a', value: '3' },
      { op: 'remove', path: '/data/b' },
      { op: 'add', path: '/metadata/labels', value: { 'a/b': 'c' } },
    ]
    expect((await ask(kubeApi, PATH, { ...options, body })).body).toMatchObject({
      data: { a: '3' },
      metadata: { labels: { 'a/b': 'c' } },
    })
    const wrong = await ask(kubeApi, PATH, { ...options, body: [{ op: 'remove', path: '/data/none' }] })
    expect(wrong).toMatchObject({ status: 422, body: { reason: 'Invalid' } })
  })

  it('is merged (RFC 7396): null removes, lists are replaced', async () => {
    await using kubeApi = await createFakeKubeApi({
      objects: [configMap('one', { data: { a: '1', list: ['x', 'y'] } })],
    })
    const body = { data: { a: null, list: ['z'] } }
    const { body: merged } = await ask(kubeApi, PATH, { ...typed('application/merge-patch+json'), body })
    expect(merged['data']).toEqual({ list: ['z'] })
  })

  it('merges lists by the names of their entries when it is strategic, and drops its directives', async () => {
    const containers = [{ name: 'a', image: 'a:1' }, { name: 'b' }]
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'one' },
      spec: { template: { spec: { containers } } },
    }
    await using kubeApi = await createFakeKubeApi({ objects: [deployment] })
    const patched = [{ name: 'a', image: 'a:2' }, { name: 'b', $patch: 'delete' }, { name: 'c' }]
    const order = { '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }] }
    const { body } = await ask(kubeApi, '/apis/apps/v1/namespaces/default/deployments/one', {
      ...typed('application/strategic-merge-patch+json'),
      body: { spec: { template: { spec: { containers: patched, ...order } } } },
    })
    expect(body.spec).toEqual({
      template: { spec: { containers: [{ name: 'a', image: 'a:2' }, { name: 'c' }], serviceAccountName: 'default' } },
    })
  })

  it('creates a missing object only as an apply', async () => {
    await using kubeApi = await createFakeKubeApi()
    const body = { data: { a: '1' } }
    expect((await ask(kubeApi, PATH, { ...typed('application/merge-patch+json'), body })).status).toBe(404)
    const applied = await ask(kubeApi, `${PATH}?fieldManager=test`, { ...typed('application/apply-patch+yaml'), body })
    expect(applied.body).toMatchObject({ data: { a: '1' }, metadata: { name: 'one', namespace: 'default' } })
  })

  it('is refused for any other content type', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one')] })
    expect((await ask(kubeApi, PATH, { ...typed('text/plain'), body: {} })).status).toBe(415)
  })
})
