import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, writeScript } from '@throughline/lab-testkit'
import { requireNamespaceTools } from './namespace-tools.ts'

const root = { platform: 'linux', uid: 0 }

describe('what network namespaces need', () => {
  it('is Linux', async () => {
    const refused = requireNamespaceTools({}, { platform: 'darwin', uid: 0 })
    await expect(refused).rejects.toMatchObject({ code: 'TL_USAGE', message: expect.stringContaining('Linux') })
  })

  it('is root, and the message without it names two alternatives', async () => {
    const refused = requireNamespaceTools(process.env, { ...root, uid: 1000 })
    await expect(refused).rejects.toMatchObject({
      code: 'TL_USAGE',
      message: expect.stringMatching(/root.*sudo.*loopback/),
    })
  })

  it('includes three programs, found on PATH', async () => {
    await using folder = await temporaryFolder()
    for (const name of ['ip', 'setpriv', 'iptables']) await writeScript(path.join(folder.path, name), 'true')
    expect(await requireNamespaceTools({ PATH: folder.path }, root)).toEqual({
      ip: path.join(folder.path, 'ip'),
      setpriv: path.join(folder.path, 'setpriv'),
      iptables: path.join(folder.path, 'iptables'),
    })
  })

  it.each([
    ['ip', 'iproute2'],
    ['setpriv', 'util-linux'],
    ['iptables', 'iptables'],
  ])('without %s, the message names its package', async (missing, name) => {
    await using folder = await temporaryFolder()
    const others = ['ip', 'setpriv', 'iptables'].filter((program) => program !== missing)
    for (const present of others) await writeScript(path.join(folder.path, present), 'true')
    await expect(requireNamespaceTools({ PATH: folder.path }, { ...root, folders: [] })).rejects.toMatchObject({
      code: 'TL_BINARY_MISSING',
      message: `network namespaces need "${missing}", which this machine lacks. On Debian or Ubuntu: apt-get install ${name}`,
    })
  })
})
