import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { takeFreePort } from '@throughline/lab-programs'
import { pollUntil, projectVersion, temporaryFolder } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Registry, startRegistry } from './start-registry.ts'

vi.setConfig({ testTimeout: 120_000 })

const run = promisify(execFile)
const PUBLISH = fileURLToPath(new URL('../../scripts/release/publish-to.mjs', import.meta.url))
const FIRST = fileURLToPath(new URL('../../packages/propagation', import.meta.url))
let registry: Registry
/** What publishing printed. */
let published = ''
/** An empty project whose npm uses the registry. */
let project: Awaited<ReturnType<typeof temporaryFolder>>
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  registry = await startRegistry()
  project = await temporaryFolder()
  const userConfig = path.join(project.path, 'user.npmrc')
  await fs.writeFile(userConfig, registry.npmrc)
  await fs.writeFile(path.join(project.path, 'package.json'), '{ "private": true }')
  // A cache of its own: what another run published under this version must not answer.
  const settings = { npm_config_userconfig: userConfig, npm_config_cache: path.join(project.path, 'cache') }
  env = { PATH: process.env['PATH'], HOME: project.path, ...settings }
  // A release that got no further than its first package.
  await run('npm', ['publish', '--ignore-scripts', '--provenance=false', FIRST], { env })
  const { stdout } = await run(process.execPath, [PUBLISH, registry.url, userConfig])
  published = stdout
}, 180_000)
afterAll(async () => {
  await project?.[Symbol.asyncDispose]()
  await registry?.[Symbol.asyncDispose]()
})

const shell = async (command: string): Promise<string> =>
  (await run('sh', ['-c', command], { cwd: project.path, env })).stdout

const readme = (folder: string): Promise<string> =>
  fs.readFile(new URL(`../../packages/${folder}/README.md`, import.meta.url), 'utf8')

/** The commands of a README that install it, as they stand there. */
async function installsOf(folder: string): Promise<string[]> {
  return [...(await readme(folder)).matchAll(/^npm install .*$/gm)].map(([command]) => command)
}

it('publishing goes on behind what the registry has already', () => {
  expect(published).toBe(`  @throughline/propagation ${projectVersion} is in the registry already\n`)
})

it.each([
  ['propagation', '@throughline/propagation'],
  ['service-kit', '@throughline/service-kit'],
  ['trace-store', '@throughline/trace-store'],
  ['telemetry', '@throughline/telemetry'],
])('the command of the README of %s installs it from a registry, and it loads', async (folder, name) => {
  const installs = await installsOf(folder)
  // The last one is for the oldest Node, which runs this.
  await shell(installs.at(-1) ?? '')
  const { version } = JSON.parse(
    await fs.readFile(path.join(project.path, 'node_modules', name, 'package.json'), 'utf8'),
  ) as { version: string }
  expect(version).toBe(projectVersion)
  expect(await shell(`node --input-type=module --eval "await import('${name}'); console.log('loaded')"`)).toBe(
    'loaded\n',
  )
})

it('the service of the README of service-kit answers, reports health and drains', async () => {
  const [, program = ''] = /```js\n(.*?)```/s.exec(await readme('service-kit')) ?? []
  await fs.writeFile(path.join(project.path, 'service.mjs'), program)
  const port = await takeFreePort()
  const child = spawn(process.execPath, ['service.mjs'], {
    cwd: project.path,
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const answer = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.json()
  expect(await pollUntil(answer, { deadline: 20_000, what: 'the service' })).toEqual({ hello: 'world' })
  expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

it('npx runs throughline verify on a traced service, and draws the path that it took', async () => {
  const store = await serveTraceStore()
  const port = await takeFreePort()
  const exporter = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl,
    OTEL_SERVICE_NAME: 'greeter',
  }
  const service =
    "require('node:http').createServer((_, response) => response.end('hello')).listen(process.env.PORT, '127.0.0.1')"
  const args = ['--import', '@throughline/telemetry/register', '--eval', service]
  const child = spawn(process.execPath, args, {
    cwd: project.path,
    env: { ...env, ...exporter, OTEL_BSP_SCHEDULE_DELAY: '100', PORT: String(port) },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  try {
    const url = `http://127.0.0.1:${port}/`
    const isUp = async (): Promise<boolean> => (await fetch(url).catch(() => undefined))?.ok === true
    await pollUntil(isUp, { deadline: 20_000, what: 'the service' })
    const printed = await shell(`npx --yes throughline verify ${url} --traces ${store.queryUrl} --settle 1`)
    expect(printed).toMatch(/^greeter$/m)
    // All but those that ask for no trace.
    expect(printed).toMatch(/^14 of 16 probes left spans/m)
    expect(await shell('npx --yes throughline explain TLV103')).toContain('TLV103')
  } finally {
    child.kill('SIGKILL')
    await exited
    await store.close()
  }
})
