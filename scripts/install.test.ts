import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const scripts = import.meta.dirname

/** A small repository of the same shape: a workspace, a dev dependency, an optional one. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-install-'))
function write(file: string, content: unknown) {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.writeFileSync(path.join(folder, file), typeof content === 'string' ? content : JSON.stringify(content))
}
write('package.json', {
  name: 'r',
  version: '1.0.0',
  private: true,
  workspaces: ['w'],
  devDependencies: { 'is-number': '7.0.0' },
})
write('w/package.json', { name: 'w', version: '1.0.0', devDependencies: { 'is-odd': '3.0.1' } })
for (const file of ['install.mjs', 'root.mjs', 'spawn.mjs'])
  write(`scripts/${file}`, fs.readFileSync(path.join(scripts, file), 'utf8'))
write('scripts/go.mjs', "import { installDependencies } from './install.mjs'\nawait installDependencies()\n")
afterAll(() => fs.rmSync(folder, { recursive: true }))

const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)))
const stamp = path.join(folder, 'node_modules/.throughline-installed')
const has = (name: string) => fs.existsSync(path.join(folder, 'node_modules', name, 'package.json'))

async function install(settings: Record<string, string>) {
  const { stderr } = await run(process.execPath, ['scripts/go.mjs'], { cwd: folder, env: { ...clean, ...settings } })
  return stderr
}

describe('the installation', () => {
  it.each<[string, Record<string, string>]>([
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
    ['omit=dev', { npm_config_omit: 'dev' }],
    ['omit=optional', { npm_config_omit: 'optional' }],
    ['production', { npm_config_production: 'true' }],
    ['workspaces=false', { npm_config_workspaces: 'false' }],
    ['dry-run', { npm_config_dry_run: 'true' }],
    ['global', { npm_config_global: 'true' }],
    ['one workspace only', { NPM_CONFIG_WORKSPACE: 'w' }],
    ['package-lock-only', { npm_config_package_lock_only: 'true' }],
    ['yarn as its runner', { npm_execpath: '/usr/share/yarn/bin/yarn.js' }],
    ['package-lock=false', { npm_config_package_lock: 'false' }],
    ['install-strategy=linked', { npm_config_install_strategy: 'linked' }],
    ['another system', { npm_config_os: 'aix', npm_config_cpu: 'ppc64', npm_config_libc: 'musl' }],
  ])(
    'holds everything under npm settings with %s',
    async (_, settings) => {
      if (!fs.existsSync(path.join(folder, 'package-lock.json'))) {
        await run('npm', ['install', '--package-lock-only'], { cwd: folder, env: clean })
      }
      fs.rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true })
      await install(settings)
      expect([has('is-number'), has('is-odd'), has('w'), fs.existsSync(stamp)]).toEqual([true, true, true, true])
    },
    60_000,
  )

  it('is repaired when a package is gone, and left alone when nothing is', async () => {
    expect(await install({})).toBe('')
    fs.rmSync(path.join(folder, 'node_modules/is-odd'), { recursive: true })
    expect(await install({})).toContain('Installing dependencies')
    expect(has('is-odd')).toBe(true)
  }, 60_000)

  it('says why npm failed, also where npm is told to be silent', async () => {
    fs.rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true })
    const env = {
      npm_config_loglevel: 'silent',
      npm_config_offline: 'true',
      npm_config_cache: path.join(folder, 'cache'),
    }
    await expect(install(env)).rejects.toMatchObject({ stderr: expect.stringMatching(/ENOTCACHED[^]*npm ci failed/) })
  })

  it('leaves no stamp and names the package when npm leaves one out', async () => {
    // An npm that reports success and installs nothing.
    write('npm-cli.js', '')
    fs.rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true })
    await expect(install({ npm_execpath: path.join(folder, 'npm-cli.js') })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/npm ci reported success, but node_modules\/\S+ and \d+ more is missing/),
    })
    expect(fs.existsSync(stamp)).toBe(false)
  })
})
