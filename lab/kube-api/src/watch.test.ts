import { describe, expect, it } from 'vitest'
import { createFakeKubeApi } from './create-fake-kube-api.ts'
import { ask, configMap, definition, watch } from './request.test-support.ts'

const PATH = '/api/v1/namespaces/default/configmaps'

describe('a watch', () => {
  it('from the beginning sends everything, then a bookmark, and then each change', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one'), configMap('two')] })
    using changes = await watch(kubeApi, `${PATH}?watch=true&sendInitialEvents=true`)
    expect([await changes.next(), await changes.next()]).toEqual(['ADDED one', 'ADDED two'])
    expect(await changes.nextLine()).toEqual({
      type: 'BOOKMARK',
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          resourceVersion: String(kubeApi.version()),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    })
    await kubeApi.apply([configMap('one', { data: { a: '1' } }), configMap('far', { namespace: 'shop' })])
    kubeApi.delete({ kind: 'ConfigMap', name: 'two', namespace: 'default' })
    expect([await changes.next(), await changes.next()]).toEqual(['MODIFIED one', 'DELETED two'])
  })

  it('continues where a list ended without losing an event', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one')] })
    const { resourceVersion } = (await ask(kubeApi, PATH)).body.metadata
    await kubeApi.apply([configMap('two')])
    using changes = await watch(kubeApi, `${PATH}?watch=true&resourceVersion=${resourceVersion}`)
    expect(await changes.next()).toBe('ADDED two')
  })

  it('is refused when its version has left the bounded log, so that the client lists again', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one')] })
    const from = kubeApi.version()
    for (let n = 0; n < 9000; n += 1) await kubeApi.apply([configMap('one', { data: { n: String(n) } })])
    using late = await watch(kubeApi, `${PATH}?watch=true&resourceVersion=${from}`)
    expect([await late.next(), await late.next()]).toEqual(['ERROR 410', 'closed'])
    using recent = await watch(kubeApi, `${PATH}?watch=true&resourceVersion=${kubeApi.version() - 1}`)
    expect(await recent.next()).toBe('MODIFIED one')
  })

  it('by label reports an object that enters or leaves the selection', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [configMap('one')] })
    using changes = await watch(kubeApi, `${PATH}?watch=true&sendInitialEvents=true&labelSelector=app%3Dweb`)
    expect(await changes.next()).toBe('BOOKMARK')
    for (const app of ['web', 'api']) await kubeApi.apply([configMap('one', { labels: { app } })])
    expect([await changes.next(), await changes.next()]).toEqual(['ADDED one', 'DELETED one'])
  })

  it('ends after its timeout', async () => {
    await using kubeApi = await createFakeKubeApi()
    using changes = await watch(kubeApi, `${PATH}?watch=true&timeoutSeconds=0.05`)
    expect(await changes.next()).toBe('closed')
  })

  it('and a list as metadata contain nothing else', async () => {
    await using kubeApi = await createFakeKubeApi({ objects: [definition('Gadget', ['v1'])] })
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const headers = { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' }
    const { body } = await ask(kubeApi, definitions, { headers })
    const metadataOnly = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: expect.anything() }
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    expect(body.items).toEqual([metadataOnly])
    using changes = await watch(kubeApi, `${definitions}?watch=true`, headers)
    expect((await changes.nextLine())?.object).toEqual(metadataOnly)
  })
})

describe('a list', () => {
  it.each([
    ['labelSelector=app=web', ['web']],
    ['labelSelector=app!=web', ['api', 'bare']],
    ['labelSelector=app in (web, api)', ['web', 'api']],
    ['labelSelector=app notin (web)', ['api', 'bare']],
    ['labelSelector=app', ['web', 'api']],
    ['labelSelector=!app', ['bare']],
    ['labelSelector=app,app!=web', ['api']],
    ['fieldSelector=metadata.name=web', ['web']],
    ['fieldSelector=metadata.name!=web,metadata.namespace=default', ['api', 'bare']],
  ])('by %s has the matching objects', async (query, names) => {
    const objects = [
      configMap('web', { labels: { app: 'web' } }),
      configMap('api', { labels: { app: 'api' } }),
      configMap('bare'),
    ]
    await using kubeApi = await createFakeKubeApi({ objects })
    const { body } = await ask(kubeApi, `${PATH}?${encodeURI(query)}`)
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(names)
  })

  it('by an invalid selector is refused', async () => {
    await using kubeApi = await createFakeKubeApi()
    expect((await ask(kubeApi, `${PATH}?labelSelector=${encodeURIComponent('a=b=c')}`)).status).toBe(400)
  })
})
