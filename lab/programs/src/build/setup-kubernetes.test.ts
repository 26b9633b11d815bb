import fs from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { unpackDebianPackages } from '../fetch/debian-packages.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { findKubernetes } from './setup-kubernetes.ts'

describe('the programs of a Kubernetes node', () => {
  it('are missing by one message that names the command which brings them', async () => {
    await using cache = await temporaryFolder()
    const missing = findKubernetes({ PATH: '', XDG_CACHE_HOME: cache.path })
    await expect(missing).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: expect.stringContaining('npm run setup:kubernetes'),
    })
  })

  it.each([
    [['runc'], ['etcd-server', 'containerd']],
    [['one'], []],
  ])('names the packages %j and %j where apt is missing, and leaves nothing', async (own, names) => {
    await using folder = await temporaryFolder()
    const packages = { own, next: { suite: 'trixie', names } }
    const unpacked = unpackDebianPackages(packages, { folder: folder.path, env: { PATH: '' } })
    await expect(unpacked).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: expect.stringContaining([...own, ...names].join(', ')),
    })
    expect(await fs.readdir(folder.path)).toEqual([])
  })
})
