import { describe, expect, it } from 'vitest'
import { openKubeApi } from './open-kube-api.test-support.ts'
import { ask } from '../request.test-support.ts'
import { create, encode, replace, secret } from './secrets.test-support.ts'

describe('objects over HTTP', () => {
  it('are created, read, replaced, listed and deleted', async () => {
    await using api = await openKubeApi()
    const body = secret('one', { data: { a: '1' } })
    const created = await ask(api, api.secrets, { method: 'POST', body })
    expect(created).toMatchObject({ status: 201, body: { metadata: { name: 'one', namespace: api.namespace } } })
    const again = await ask(api, api.secrets, { method: 'POST', body })
    expect(again).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } })
    expect((await ask(api, `${api.secrets}/one`)).body).toMatchObject({ kind: 'Secret', data: { a: encode('1') } })
    const put = await replace(api, `${api.secrets}/one`, { data: { b: encode('2') } })
    expect(put.body).toMatchObject({ data: { b: encode('2') }, metadata: { uid: created.body.metadata.uid } })
    expect((await ask(api, api.secrets)).body).toMatchObject({
      kind: 'SecretList',
      items: [{ data: { b: encode('2') } }],
    })
    expect((await ask(api, `${api.secrets}/one`, { method: 'DELETE' })).status).toBe(200)
    const gone = await ask(api, `${api.secrets}/one`)
    expect(gone).toMatchObject({ status: 404, body: { kind: 'Status', code: 404, reason: 'NotFound' } })
  })

  it('get a generated name on request, and are refused in a missing namespace', async () => {
    await using api = await openKubeApi()
    const body = { metadata: { generateName: 'part-' } }
    expect((await ask(api, api.secrets, { method: 'POST', body })).body.metadata.name).toMatch(/^part-\w{5}$/)
    const elsewhere = await ask(api, '/api/v1/namespaces/none/secrets', { method: 'POST', body })
    expect(elsewhere).toMatchObject({ status: 404, body: { message: expect.stringContaining('namespaces "none"') } })
  })

  it('are refused when another client has changed them', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one'))
    const { body } = await ask(api, `${api.secrets}/one`)
    await replace(api, `${api.secrets}/one`, { data: { a: encode('2') } })
    const late = await ask(api, `${api.secrets}/one`, { method: 'PUT', body: { ...body, data: { a: encode('3') } } })
    expect(late).toMatchObject({ status: 409, body: { reason: 'Conflict' } })
  })

  it('are not changed by a dry run', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one'))
    const dry = '?dryRun=All'
    expect((await ask(api, `${api.secrets}${dry}`, { method: 'POST', body: secret('two') })).status).toBe(201)
    await replace(api, `${api.secrets}/one${dry}`, { data: { a: encode('1') } })
    await ask(api, `${api.secrets}/one${dry}`, { method: 'DELETE' })
    const { items } = (await ask(api, api.secrets)).body
    expect(items.map(({ metadata, data }) => [metadata.name, data ?? {}])).toEqual([['one', {}]])
  })

  it('get a new version only when something changed', async () => {
    await using api = await openKubeApi()
    await create(api, secret('one', { data: { a: '1' } }))
    const before = (await ask(api, `${api.secrets}/one`)).body.metadata.resourceVersion
    expect((await replace(api, `${api.secrets}/one`, {})).body.metadata.resourceVersion).toBe(before)
    const changed = await replace(api, `${api.secrets}/one`, { data: {} })
    expect(changed.body.metadata.resourceVersion).not.toBe(before)
  })

  it('are refused when they are malformed', async () => {
    await using api = await openKubeApi()
    const headers = { 'content-type': 'application/json' }
    const broken = await fetch(`${api.url}${api.secrets}`, { method: 'POST', headers, body: '{"a":' })
    expect(broken.status).toBe(400)
  })
})
