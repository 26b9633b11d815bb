import { describe, expect, it } from 'vitest'
import { openKubeApi } from './open-kube-api.test-support.ts'
import { ask, watch } from '../request.test-support.ts'
import { create, encode, replace, secret } from './secrets.test-support.ts'

describe('a watch', () => {
  const fromTheBeginning =
    'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&resourceVersion='

  it('from the beginning sends everything, then a bookmark, and then each change', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one'), secret('two'))
    using changes = await watch(api, `${api.secrets}?${fromTheBeginning}`)
    expect([await changes.next(), await changes.next()].toSorted()).toEqual(['ADDED one', 'ADDED two'])
    expect(await changes.nextLine()).toMatchObject({
      type: 'BOOKMARK',
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          resourceVersion: expect.stringMatching(/^\d+$/),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    })
    await replace(api, `${api.secrets}/one`, { data: { a: encode('1') } })
    await ask(api, `${api.secrets}/two`, { method: 'DELETE' })
    expect([await changes.next(), await changes.next()]).toEqual(['MODIFIED one', 'DELETED two'])
  })

  it('continues where a list ended without losing an event', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one'))
    const { resourceVersion } = (await ask(api, api.secrets)).body.metadata
    await create(api, secret('two'))
    using changes = await watch(api, `${api.secrets}?watch=true&resourceVersion=${resourceVersion}`)
    expect(await changes.next()).toBe('ADDED two')
  })

  it('by label reports an object that enters or leaves the selection', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one'))
    using changes = await watch(api, `${api.secrets}?${fromTheBeginning}&labelSelector=app%3Dweb`)
    expect(await changes.next()).toBe('BOOKMARK')
    for (const app of ['web', 'api']) {
      const { metadata } = (await ask(api, `${api.secrets}/one`)).body
      await replace(api, `${api.secrets}/one`, { metadata: { ...metadata, labels: { app } } })
    }
    expect([await changes.next(), await changes.next()]).toEqual(['ADDED one', 'DELETED one'])
  })

  it('ends after its timeout', async () => {
    await using api = await openKubeApi()
    using changes = await watch(api, `${api.secrets}?watch=true&timeoutSeconds=1`)
    expect(await changes.next()).toBe('closed')
  })

  it('and a list as metadata contain nothing else', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one', { data: { a: '1' } }))
    const headers = { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' }
    const list = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }
    const { body } = await ask(api, api.secrets, { headers: list })
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    expect(body.items).toMatchObject([{ metadata: { name: 'one' } }])
    expect(body.items[0]).not.toHaveProperty('data')
    using changes = await watch(api, `${api.secrets}?${fromTheBeginning}`, headers)
    const metadataOnly = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: expect.anything() }
    expect((await changes.nextLine())?.object).toEqual(metadataOnly)
  })
})
