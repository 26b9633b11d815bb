import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { findEnvoy } from '../find/find-envoy.ts'
import { runTool } from '../run-tool.ts'
import { temporaryFolder, writeScript } from '../temporary-folder.ts'
import { fillCache } from './cache.ts'
import { requireTrusted } from './trusted.ts'

const isRoot = process.getuid?.() === 0

/** A cache with one program, `tool/1.0/program`, and a folder of files that it reads, `tool/1.0/charts`. */
async function cacheWithProgram() {
  const temporary = await temporaryFolder()
  const env = { PATH: '', XDG_CACHE_HOME: temporary.path }
  const cache = path.join(temporary.path, 'throughline')
  const folder = path.join(cache, 'tool/1.0')
  const program = await writeScript(path.join(folder, 'program'), 'echo hello')
  await fs.mkdir(path.join(folder, 'charts/templates'), { recursive: true })
  await fs.writeFile(path.join(folder, 'charts/values.yaml'), 'a: 1\n')
  await fs.writeFile(path.join(folder, 'charts/templates/one.yaml'), 'b: 2\n')
  return {
    cache,
    folder,
    program,
    at: (name: string) => path.join(cache, name),
    check: () => requireTrusted(folder, ['program', 'charts'], env),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

const places = [
  '.',
  'tool',
  'tool/1.0',
  'tool/1.0/program',
  'tool/1.0/charts',
  'tool/1.0/charts/templates',
  'tool/1.0/charts/templates/one.yaml',
]

describe('what is run from the cache', () => {
  it('is accepted as it came, again and again, and when only its times have changed', async () => {
    await using on = await cacheWithProgram()
    await on.check()
    await on.check()
    await fs.utimes(on.program, 0, 0)
    await on.check()
    await fs.chmod(on.program, 0o700)
    await expect(on.check()).resolves.toBeUndefined()
  })

  it.each(places.flatMap((place) => [0o775, 0o757, 0o777].map((mode) => ({ place, mode: mode.toString(8) }))))(
    'is refused where others may write: $place with mode $mode',
    async ({ place, mode }) => {
      await using on = await cacheWithProgram()
      await on.check()
      await fs.chmod(on.at(place), Number.parseInt(mode, 8))
      await expect(on.check()).rejects.toMatchObject({
        code: 'TL_CACHE_UNTRUSTED',
        message: expect.stringMatching(
          new RegExp(`^${on.at(place)} can be written by other users \\(mode ${mode}\\).*Remove .*chmod -R go-w `),
        ),
      })
    },
  )

  it.runIf(isRoot).each(places)("is refused where it is another user's: %s", async (place) => {
    await using on = await cacheWithProgram()
    await on.check()
    await fs.chown(on.at(place), 1234, 0)
    await expect(on.check()).rejects.toMatchObject({
      code: 'TL_CACHE_UNTRUSTED',
      message: expect.stringMatching(
        new RegExp(`^${on.at(place)} belongs to user 1234.*Nothing in it was run.*Remove .*chown -R 0 `),
      ),
    })
  })

  it.runIf(isRoot)("is taken where it belongs to the user of sudo, and refused where it is a third one's", async () => {
    await using on = await cacheWithProgram()
    await fs.chown(on.program, 1234, 0)
    vi.stubEnv('SUDO_UID', '1234')
    await on.check()
    vi.stubEnv('SUDO_UID', '1235')
    await expect(on.check()).rejects.toMatchObject({ code: 'TL_CACHE_UNTRUSTED' })
    vi.unstubAllEnvs()
  })

  it.each<[string, (on: Awaited<ReturnType<typeof cacheWithProgram>>) => Promise<unknown>]>([
    [
      'written over, with its size and times',
      async ({ program }) => {
        const { atime, mtime } = await fs.stat(program)
        await fs.writeFile(program, (await fs.readFile(program, 'utf8')).replace('hello', 'jello'))
        await fs.utimes(program, atime, mtime)
      },
    ],
    [
      'replaced by another file',
      async ({ program, folder }) => fs.rename(await writeScript(path.join(folder, 'x'), 'echo other'), program),
    ],
    ['cut off', ({ program }) => fs.truncate(program, 4)],
    ['extended', ({ program }) => fs.appendFile(program, '# more\n')],
    ['joined by a file', ({ at }) => fs.writeFile(at('tool/1.0/charts/templates/two.yaml'), 'c: 3\n')],
    ['left without a file', ({ at }) => fs.rm(at('tool/1.0/charts/values.yaml'))],
    ['changed in what it reads', ({ at }) => fs.writeFile(at('tool/1.0/charts/values.yaml'), 'a: 9\n')],
    ['without a readable record', ({ at }) => fs.writeFile(at('tool/1.0/.checksums.json'), '{')],
  ])('is refused when it was %s', async (_what, change) => {
    await using on = await cacheWithProgram()
    await on.check()
    await change(on)
    const refused = { code: 'TL_CACHE_UNTRUSTED', message: expect.stringContaining(`Remove ${on.folder} and start`) }
    await expect(on.check()).rejects.toMatchObject(refused)
    // Once refused, refused until it is repaired.
    await expect(on.check()).rejects.toMatchObject(refused)
  })

  it('is read again only when its stamp has changed', async () => {
    await using on = await cacheWithProgram()
    await on.check()
    const record = on.at('tool/1.0/.checksums.json')
    await fs.writeFile(record, (await fs.readFile(record, 'utf8')).replaceAll(/"sha256":"./g, '"sha256":"x'))
    await on.check()
    await fs.utimes(on.program, 0, 0)
    await expect(on.check()).rejects.toMatchObject({ code: 'TL_CACHE_UNTRUSTED' })
  })

  it('can be written by its owner alone, whatever the umask and the modes of an archive', async () => {
    await using on = await cacheWithProgram()
    const folder = on.at('other/2.0')
    const before = process.umask(0)
    try {
      await fillCache(folder, async (work) => {
        await fs.mkdir(path.join(work, 'files'))
        await fs.writeFile(path.join(work, 'files/one'), '', { mode: 0o666 })
      })
    } finally {
      process.umask(before)
    }
    expect(execFileSync('find', [on.at('other'), '-perm', '/022'], { encoding: 'utf8' })).toBe('')
  })

  it.runIf(isRoot)("was an Envoy of another user: it isn't even asked for its version", async () => {
    await using on = await cacheWithProgram()
    const ran = on.at('ran')
    const envoy = await writeScript(on.at('envoy/1.40.0-image/envoy'), `echo > "${ran}"`)
    await fs.chown(envoy, 1234, 1234)
    const env = { PATH: '', XDG_CACHE_HOME: path.dirname(on.cache) }
    await expect(findEnvoy({ env, version: '1.40.0' })).rejects.toMatchObject({ code: 'TL_CACHE_UNTRUSTED' })
    await expect(fs.stat(ran)).rejects.toMatchObject({ code: 'ENOENT' })
    // One that is named is the user's own choice.
    await fs.writeFile(envoy, '#!/bin/sh\necho "envoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL"\n')
    expect(await findEnvoy({ env: { ...env, ENVOY_BIN: envoy } })).toMatchObject({ source: 'ENVOY_BIN' })
    expect(await runTool([envoy], { env: {} })).toContain('1.40.0')
  })
})
