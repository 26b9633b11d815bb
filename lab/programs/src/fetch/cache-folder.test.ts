import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { cacheFolder } from './cache-folder.ts'

afterEach(() => vi.unstubAllEnvs())

it.each([
  ['an absolute XDG_CACHE_HOME', { XDG_CACHE_HOME: '/var/cache' }, '/var/cache/throughline'],
  ['a relative one, which the specification ignores', { XDG_CACHE_HOME: 'cache' }, '/srv/ada/.cache/throughline'],
  ['an empty one', { XDG_CACHE_HOME: '' }, '/srv/ada/.cache/throughline'],
  ['none', {}, '/srv/ada/.cache/throughline'],
])('follows the environment: %s', (_, env, folder) => {
  vi.stubEnv('HOME', '/srv/ada')
  expect(cacheFolder(env)).toBe(folder)
})

it('is below the home of the user database without HOME', () => {
  vi.stubEnv('HOME', undefined)
  expect(cacheFolder({})).toBe(path.join(os.userInfo().homedir, '.cache/throughline'))
})
