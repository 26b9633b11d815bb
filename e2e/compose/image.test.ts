import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { pollUntil, projectVersion } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { readImages } from './compose-file.ts'
import { upCompose } from './compose.ts'
import { count, countUntil } from './jaeger-trace.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')
const docker = async (...args: string[]): Promise<string> =>
  (await run('docker', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })).stdout.trim()

interface Image {
  Config: { User: string; Healthcheck?: { Test: string[] }; Labels: Record<string, string>; Cmd: string[] }
  RootFS: { Layers: string[] }
}
const inspect = async (image: string): Promise<Image> =>
  (JSON.parse(await docker('image', 'inspect', image)) as [Image])[0]

describe.each(['counting', 'dashboard', 'setup'])('the image of %s', (name) => {
  const image = `throughline/${name}:${projectVersion}`

  it('runs as an unprivileged user, has a probe without a shell, and is labelled', async () => {
    const { Config } = await inspect(image)
    expect(Config.User).toBe('10001:10001')
    expect(Config.Healthcheck?.Test).toEqual(['CMD', 'node', 'healthcheck.js'])
    expect(Config.Cmd).toEqual(['node', 'main.js'])
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.version': projectVersion,
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.title': `Throughline ${name}`,
    })
  })

  it('holds no sources, types, maps or tests', async () => {
    const found = await docker(
      'run',
      '--rm',
      '--entrypoint',
      'find',
      image,
      '/app',
      '-name',
      '*.ts',
      '-o',
      '-name',
      '*.map',
    )
    expect(found).toBe('')
  })
})

describe('the image of setup-consul', () => {
  it('is the image of setup plus the Consul of docker-compose.yml, labelled with its licence', async () => {
    const image = `throughline/setup-consul:${projectVersion}`
    const tag = (await readImages()).consul.split(':')[1]
    expect(await docker('run', '--rm', image, 'consul', 'version')).toContain(`Consul v${tag}`)
    const { Config, RootFS } = await inspect(image)
    expect(Config.Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0 AND BUSL-1.1')
    const { RootFS: plain } = await inspect(`throughline/setup:${projectVersion}`)
    expect(RootFS.Layers.slice(0, plain.Layers.length)).toEqual(plain.Layers)
  })
})

describe.each([
  ['sidecar', 'sidecar.sh', '/usr/local/lib/throughline/sidecar.sh'],
  ['client', 'programs/traffic.mjs', '/programs/traffic.mjs'],
  ['prometheus', 'prometheus.yml', '/etc/prometheus/prometheus.yml'],
])('the image of compose for %s', (target, source, file) => {
  it(`lets every user read ${source}, whatever the permissions of the checkout`, async () => {
    const strict = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-compose-'))
    await fs.cp(path.join(root, 'compose'), strict, { recursive: true })
    await run('chmod', ['-R', 'go-rwx', strict])
    const images = Object.entries(await readImages()).flatMap(([name, image]) => [
      '--build-arg',
      `${name.toUpperCase()}=${image}`,
    ])
    const tag = `throughline-test/${target}`
    await docker('build', '--quiet', ...images, '--target', target, '--tag', tag, strict)
    await fs.rm(strict, { recursive: true })
    const read = await docker('run', '--rm', '--user', '10001:10001', '--entrypoint', 'cat', tag, file)
    await docker('rmi', tag)
    expect(read).toBe((await fs.readFile(path.join(root, 'compose', source), 'utf8')).trim())
  })
})

describe('a build', () => {
  it('makes the same layers from the same sources, whatever the permissions of the checkout', async () => {
    // As in a clone under umask 077.
    const strict = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-checkout-'))
    const files = (await run('git', ['ls-files', '-z'], { cwd: root })).stdout.split('\0').filter((file) => file !== '')
    for (const file of files) await fs.cp(path.join(root, file), path.join(strict, file), { recursive: true })
    await run('chmod', ['-R', 'go-rwx', strict])
    const build = async (tag: string, folder: string): Promise<string[]> => {
      const again = ['--no-cache-filter', 'built,counting']
      await docker(
        'build',
        '--quiet',
        ...again,
        '--build-arg',
        'SOURCE_DATE_EPOCH=1700000000',
        '--target',
        'counting',
        '--tag',
        tag,
        folder,
      )
      return (await inspect(tag)).RootFS.Layers
    }
    const first = await build('throughline-test/first', root)
    const second = await build('throughline-test/second', strict)
    await fs.rm(strict, { recursive: true })
    await docker('rmi', 'throughline-test/first', 'throughline-test/second')
    expect(second).toEqual(first)
  })
})

describe('docker compose watch', () => {
  it('reloads a service when its source changes, while the sidecars stay up', async () => {
    await using running = await upCompose()
    const sidecars = (): Promise<string> => running.compose('ps', '--quiet', 'counting-sidecar', 'dashboard-sidecar')
    const app = (): Promise<string> => running.compose('ps', '--quiet', 'counting')
    const [before, sidecarsBefore] = [await app(), await sidecars()]
    const watch = spawn('docker', ['compose', '--project-name', running.project, 'watch', '--no-up'], {
      cwd: root,
      env: { ...process.env, ...running.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const source = path.join(root, 'services/counting/src/counter.ts')
    const text = await fs.readFile(source, 'utf8')
    try {
      let output = ''
      for (const stream of [watch.stdout, watch.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
      await pollUntil(() => /watch/i.test(output), { deadline: 15_000, what: 'compose to watch' })
      const begin = performance.now()
      // More than one write: the watch reports that it is ready a moment before it is.
      await pollUntil(
        async () => {
          await fs.writeFile(source, `${text}// changed ${performance.now()}\n`)
          return (await app().catch(() => before)) !== before
        },
        { deadline: 90_000, interval: 8000, what: 'a new container of counting' },
      )
      await countUntil(running, 'connected')
      expect(await sidecars()).toBe(sidecarsBefore)
      expect((await count(running)).state).toBe('connected')
      expect(performance.now() - begin).toBeLessThan(90_000)
    } finally {
      watch.kill('SIGINT')
      await fs.writeFile(source, text)
    }
  })
})
