import { describe, expect, it } from 'vitest'
import { openKubeApi } from './open-kube-api.test-support.ts'
import { ask } from '../request.test-support.ts'
import { create, encode, secret } from './secrets.test-support.ts'

describe('a patch', () => {
  const typed = (kind: string) => ({ method: 'PATCH', headers: { 'content-type': kind } })

  it('is a list of operations (RFC 6902), refused when one cannot be applied', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one', { data: { a: '1', b: '2' } }))
    const options = typed('application/json-patch+json')
    const body = [
      { op: 'replace', path: '/data/a', value: encode('3') },
      { op: 'remove', path: '/data/b' },
      { op: 'add', path: '/metadata/labels', value: { 'a/b': 'c' } },
    ]
    const patched = await ask(api, `${api.secrets}/one`, { ...options, body })
    expect(patched.body).toMatchObject({ data: { a: encode('3') }, metadata: { labels: { 'a/b': 'c' } } })
    expect(patched.body['data']).not.toHaveProperty('b')
    const wrong = await ask(api, `${api.secrets}/one`, { ...options, body: [{ op: 'remove', path: '/data/none' }] })
    expect(wrong).toMatchObject({ status: 422, body: { reason: 'Invalid' } })
  })

  it('is merged (RFC 7396): null removes, lists are replaced', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one', { data: { a: '1', b: '2' } }))
    const finalizers = { metadata: { finalizers: ['example.test/x', 'example.test/y'] } }
    const options = typed('application/merge-patch+json')
    await ask(api, `${api.secrets}/one`, { ...options, body: finalizers })
    const body = { data: { a: null }, metadata: { finalizers: ['example.test/z'] } }
    const { body: merged } = await ask(api, `${api.secrets}/one`, { ...options, body })
    expect(merged['data']).toEqual({ b: encode('2') })
    expect(merged.metadata['finalizers']).toEqual(['example.test/z'])
    await ask(api, `${api.secrets}/one`, { ...options, body: { metadata: { finalizers: null } } })
  })

  it('merges lists by the names of their entries when it is strategic, and drops its directives', async () => {
    await using api = await openKubeApi()
    const labels = { app: 'one' }
    const containers = [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ]
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'one' },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    }
    const deployments = `/apis/apps/v1/namespaces/${api.namespace}/deployments`
    expect((await ask(api, deployments, { method: 'POST', body })).status).toBe(201)
    const patch = [
      { name: 'a', image: 'a:2' },
      { name: 'b', $patch: 'delete' },
      { name: 'c', image: 'c:1' },
    ]
    const order = { '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }] }
    const patched = await ask(api, `${deployments}/one`, {
      ...typed('application/strategic-merge-patch+json'),
      body: { spec: { template: { spec: { containers: patch, ...order } } } },
    })
    const { template } = patched.body.spec as { template: { spec: Record<string, unknown> } }
    expect(template.spec).not.toHaveProperty(Object.keys(order))
    const images = (template.spec['containers'] as { name: string; image: string }[]).map(({ name, image }) => [
      name,
      image,
    ])
    expect(images).toEqual([
      ['a', 'a:2'],
      ['c', 'c:1'],
    ])
  })

  it('creates a missing object only as an apply that names it', async () => {
    await using api = await openKubeApi()
    const path = `${api.secrets}/one`
    const body = { apiVersion: 'v1', kind: 'Secret', data: { a: encode('1') } }
    expect((await ask(api, path, { ...typed('application/merge-patch+json'), body })).status).toBe(404)
    const apply = typed('application/apply-patch+yaml')
    expect((await ask(api, `${path}?fieldManager=test`, { ...apply, body })).status).toBe(400)
    const named = { ...body, metadata: { name: 'one' } }
    const applied = await ask(api, `${path}?fieldManager=test`, { ...apply, body: named })
    const metadata = { name: 'one', namespace: api.namespace }
    expect(applied).toMatchObject({ status: 201, body: { data: { a: encode('1') }, metadata } })
    const again = await ask(api, `${path}?fieldManager=test`, { ...apply, body })
    expect(again).toMatchObject({ status: 200, body: { metadata } })
  })

  it('is refused for any other content type', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one'))
    expect((await ask(api, `${api.secrets}/one`, { ...typed('application/json'), body: {} })).status).toBe(415)
  })
})
