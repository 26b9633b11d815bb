import { describe, expect, it } from 'vitest'
import { openKubeApi } from './open-kube-api.test-support.ts'
import { ask } from '../request.test-support.ts'
import { create, secret } from './secrets.test-support.ts'

describe('a list', () => {
  it.each([
    ['labelSelector=app=web', ['web']],
    ['labelSelector=app!=web', ['api', 'bare']],
    ['labelSelector=app in (web, api)', ['api', 'web']],
    ['labelSelector=app notin (web)', ['api', 'bare']],
    ['labelSelector=app', ['api', 'web']],
    ['labelSelector=!app', ['bare']],
    ['labelSelector=app,app!=web', ['api']],
    ['fieldSelector=metadata.name=web', ['web']],
    ['fieldSelector=metadata.name!=web', ['api', 'bare']],
  ])('by %s has the matching objects', async (query, names) => {
    await using api = await openKubeApi()
    await create(
      api,
      secret('web', { labels: { app: 'web' } }),
      secret('api', { labels: { app: 'api' } }),
      secret('bare'),
    )
    const { body } = await ask(api, `${api.secrets}?${encodeURI(query)}`)
    expect(body.items.map(({ metadata }) => metadata.name).toSorted()).toEqual(names)
  })

  it('by an invalid selector is refused', async () => {
    await using api = await openKubeApi()
    expect((await ask(api, `${api.secrets}?labelSelector=${encodeURIComponent('a=b=c')}`)).status).toBe(400)
  })
})
