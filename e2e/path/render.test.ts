import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import {
  createCertificateAuthority,
  createStaticEnvoyConfig,
  type StaticEnvoySettings,
  tracers,
} from '@throughline/lab-meshes'
import type { Json } from '@throughline/lab-kube-api'
import { findEnvoy } from '@throughline/lab-programs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)

describe('Envoy accepts everything rendered from mesh/envoy', () => {
  let folder: string
  let envoy: string

  beforeAll(async () => {
    envoy = (await findEnvoy()).path
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-render-'))
    const authority = await createCertificateAuthority()
    await fs.writeFile(path.join(folder, 'ca.pem'), authority.certificate)
    for (const name of ['counting', 'dashboard']) {
      const { certificate, key } = await authority.issue(name)
      await fs.writeFile(path.join(folder, `${name}.pem`), certificate)
      await fs.writeFile(path.join(folder, `${name}.key`), key)
    }
  })
  afterAll(() => fs.rm(folder, { recursive: true, force: true }))

  const settings = (more: Partial<StaticEnvoySettings> = {}): StaticEnvoySettings => ({
    configDir: { counting: path.join(folder, 'counting'), dashboard: path.join(folder, 'dashboard') },
    certsDir: folder,
    admin: { counting: '127.0.0.1:19001', dashboard: '127.0.0.1:19002' },
    countingApp: '127.0.0.1:9001',
    countingInbound: '127.0.0.1:21001',
    dashboardOutbound: '127.0.0.1:9101',
    otlpUrl: 'http://127.0.0.1:4318/v1/traces',
    zipkinUrl: 'http://127.0.0.1:9411/api/v2/spans',
    datadogUrl: 'http://127.0.0.1:8126',
    sampling: 100,
    ...more,
  })

  /**
   * `--mode validate` reads the bootstrap only, so later files are merged into it: listeners and clusters among the
   * static ones, and the routes in place of their reference.
   */
  async function validate(parts: { bootstrap: Json; listeners: Json; clusters: Json; routes?: Json }) {
    const { dynamic_resources: _dynamic, ...bootstrap } = parts.bootstrap as Record<string, Json>
    const statics = bootstrap['static_resources'] as { clusters: Json[] }
    const listeners = resources(parts.listeners)
    for (const manager of listeners.flatMap(connectionManagers)) {
      if (manager['rds'] === undefined || parts.routes === undefined) continue
      manager['route_config'] = resources(parts.routes)[0] ?? null
      delete manager['rds']
    }
    const whole = {
      ...bootstrap,
      static_resources: { clusters: [...statics.clusters, ...resources(parts.clusters)], listeners },
    }
    const file = path.join(folder, `${crypto.randomUUID()}.json`)
    await fs.writeFile(file, JSON.stringify(whole))
    const { stdout, stderr } = await run(envoy, ['--mode', 'validate', '-c', file, '-l', 'error'])
    return `${stdout}${stderr}`
  }

  it.each(tracers.flatMap((tracer) => (['allowed', 'denied'] as const).map((access) => ({ tracer, access }))))(
    'counting, tracer $tracer, $access',
    async ({ tracer, access }) => {
      const config = createStaticEnvoyConfig(settings())
      const output = await validate({
        bootstrap: await config.bootstrap('counting'),
        listeners: await config.listeners('counting', { tracer, version: '1' }),
        clusters: await config.clusters('counting', '1'),
        routes: await config.routes({ access, version: '1' }),
      })
      expect(output).toMatch(/OK\s*$/)
    },
  )

  it.each(tracers)('dashboard, tracer %s', async (tracer) => {
    const config = createStaticEnvoyConfig(settings())
    const output = await validate({
      bootstrap: await config.bootstrap('dashboard'),
      listeners: await config.listeners('dashboard', { tracer, version: '1' }),
      clusters: await config.clusters('dashboard', '1'),
    })
    expect(output).toMatch(/OK\s*$/)
  })

  it('counting behind a unix socket, sampled in part, with a backend elsewhere', async () => {
    const config = createStaticEnvoyConfig(
      settings({
        countingApp: `unix:${path.join(folder, 'counting.sock')}`,
        sampling: 12.5,
        otlpUrl: 'http://localhost:14318/v1/traces',
      }),
    )
    const output = await validate({
      bootstrap: await config.bootstrap('counting'),
      listeners: await config.listeners('counting', { tracer: 'opentelemetry', version: '1' }),
      clusters: await config.clusters('counting', '1'),
      routes: await config.routes({ access: 'allowed', version: '1' }),
    })
    expect(output).toMatch(/OK\s*$/)
  })

  it('refuses invalid input, so that these tests can fail', async () => {
    const config = createStaticEnvoyConfig(settings())
    const clusters = JSON.parse(JSON.stringify(await config.clusters('counting', '1')).replace('STATIC', 'STATUE'))
    const refused = validate({
      bootstrap: await config.bootstrap('counting'),
      listeners: await config.listeners('counting', { tracer: 'none', version: '1' }),
      clusters,
      routes: await config.routes({ access: 'allowed', version: '1' }),
    })
    await expect(refused).rejects.toThrow(/STATUE/)
  })
})

type Resource = Record<string, Json>

/** The resources of a discovery response in a bootstrap's form, without their types. */
function resources(response: Json): Resource[] {
  const { resources: all } = response as { resources: Resource[] }
  return all.map(({ '@type': _type, ...resource }) => resource)
}

function connectionManagers(listener: Resource): Resource[] {
  const { filter_chains: chains } = listener as unknown as {
    filter_chains: { filters: { typed_config: Resource }[] }[]
  }
  return chains.flatMap(({ filters }) => filters.map(({ typed_config: config }) => config))
}
