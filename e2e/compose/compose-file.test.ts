import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { versions } from '@throughline/lab-programs'
import { Ajv } from 'ajv'
import { projectVersion } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ComposeFile, readComposeFile } from './compose-file.ts'

const root = path.join(import.meta.dirname, '../..')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')

/** The schema of the compose specification, as its repository publishes it. */
const { $schema: _draft, ...schema } = JSON.parse(read('e2e/compose/compose-spec.schema.json')) as Record<
  string,
  unknown
>
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(schema)

const { text, data } = await readComposeFile()
const { services, 'x-images': images } = data

describe('docker-compose.yml', () => {
  it('is valid by the schema of the compose specification, which rejects an invalid file', () => {
    isValid(data)
    expect(isValid.errors).toBeNull()
    const { counting, ...others } = services
    expect(isValid({ ...data, services: { ...others, counting: { ...counting, port: ['9001'] } } })).toBe(false)
  })

  it('states each image’s version once, never "latest", and the same as the lab’s', () => {
    for (const image of Object.values(images)) {
      expect(image).toMatch(/:v?\d+(\.\d+)*(-slim)?$/)
      expect(text.split(image)).toHaveLength(2)
    }
    const pulled = Object.values(services).filter(({ build }) => build === undefined)
    expect(pulled.map(({ image }) => image).filter((image) => !Object.values(images).includes(image ?? ''))).toEqual([])
    expect(images.envoy).toBe(`envoyproxy/envoy:v${versions.envoy.default}`)
    expect(images.jaeger).toBe(`jaegertracing/jaeger:${versions.jaeger.version}`)
    expect(images.consul).toBe(`hashicorp/consul:${versions.consul.version}`)
    const bases = [...read('Dockerfile').matchAll(/^ARG (?:NODE|CONSUL)=(.*)$/gm)].map(([, image]) => image)
    expect(bases).toEqual([images.node, images.consul])
  })

  it.each(Object.entries(services).filter(([name]) => name !== 'zipkin'))(
    '%s does not run as root, write files or gain privileges',
    (_name, { user, read_only, cap_drop, security_opt }) => {
      expect(user).toMatch(/^[1-9]\d*:\d+$/)
      expect({ read_only, cap_drop, security_opt }).toEqual({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    },
  )

  it.each(Object.entries(services))('%s is bounded in memory and processes', (_name, { mem_limit, pids_limit }) => {
    expect(mem_limit).toMatch(/^(?:\d{1,3}m|1g)$/)
    expect(pids_limit).toBeGreaterThan(10)
    expect(pids_limit).toBeLessThan(1000)
  })

  it('mounts no file of the checkout, whose permissions or labels could make it unreadable', () => {
    expect(data).not.toHaveProperty('configs')
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes)
    expect(mounts.length).toBeGreaterThan(3)
    expect(mounts.filter((mount) => /^[./~]/.test(mount))).toEqual([])
  })

  it.each(Object.entries(services))('%s has no proxy of the Docker client', (_name, { environment }) => {
    const none = Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, '']))
    const lower = Object.fromEntries(Object.entries(none).map(([name]) => [name.toLowerCase(), '']))
    expect(environment).toMatchObject({ ...none, ...lower })
  })

  it('publishes ports to this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? [])
    expect(ports.length).toBeGreaterThanOrEqual(5)
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })
})

it('Dockerfile runs the programs of the lock file alone', () => {
  expect(read('Dockerfile')).not.toMatch(/\bnpx\b|\bnpm (?:exec|x|i|install|add)\b/)
})

describe('.env.example', () => {
  const example = read('.env.example')
  const settings = [...example.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => ({ name, value }))
  const used = new Set(
    [...`${text}${read('compose/consul.yml')}`.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name),
  )

  it('names exactly the variables that the compose files read', () => {
    expect(settings.map(({ name }) => name).toSorted()).toEqual([...used].toSorted())
  })

  it('shows the defaults: setting all of them changes nothing', () => {
    const config = (env: Record<string, string>): unknown => {
      const args = ['compose', '--profile', '*', '--env-file', '/dev/null', 'config', '--format', 'json']
      const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !used.has(name)))
      return JSON.parse(execFileSync('docker', args, { cwd: root, encoding: 'utf8', env: { ...clean, ...env } }))
    }
    const set = Object.fromEntries(settings.map(({ name, value }) => [name, value]))
    expect(config(set)).toEqual(config({}))
    expect(config({ TRACER: 'zipkin' })).not.toEqual(config({}))
  })
})

describe('compose/zipkin.env', () => {
  it('makes every service and sidecar speak Zipkin, to Zipkin', () => {
    const args = ['compose', '--env-file', 'compose/zipkin.env', 'config', '--format', 'json']
    const { services: with_ } = JSON.parse(execFileSync('docker', args, { cwd: root, encoding: 'utf8' })) as {
      services: Record<string, { environment: Record<string, string> }>
    }
    expect(with_).toHaveProperty('zipkin')
    expect(with_['setup']?.environment).toMatchObject({
      TRACER: 'zipkin',
      ZIPKIN_URL: 'http://zipkin:9411/api/v2/spans',
    })
    for (const service of ['counting', 'dashboard']) {
      expect(with_[service]?.environment).toMatchObject({
        OTEL_TRACES_EXPORTER: 'zipkin',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://zipkin:9411/api/v2/spans',
      })
    }
    expect(with_['dashboard']?.environment).toMatchObject({
      TRACE_QUERY_URL: '',
      TRACE_UI_URL: 'http://localhost:9411/zipkin/traces/{traceId}',
    })
  })
})

describe('compose/consul.env', () => {
  it('changes only what compose/consul.yml says, which is valid by itself', () => {
    const overlay = parse(read('compose/consul.yml'), { logLevel: 'error' }) as ComposeFile
    expect([isValid(overlay), isValid.errors]).toEqual([true, null])
    const config = (file: string): ComposeFile =>
      JSON.parse(
        execFileSync('docker', ['compose', '--env-file', file, 'config', '--format', 'json'], {
          cwd: root,
          encoding: 'utf8',
        }),
      ) as ComposeFile
    const plain = config('/dev/null').services
    const { consul, ...others } = config('compose/consul.env').services
    expect(consul?.image).toBe(`throughline/compose-consul:${projectVersion}`)
    const changed = Object.keys(others).filter((name) => !isDeepStrictEqual(others[name], plain[name]))
    expect([...changed, 'consul'].toSorted()).toEqual(Object.keys(overlay.services).toSorted())
  })

  it.each([
    ['--profile traffic', ['--profile', 'traffic'], {}, 'traffic'],
    ['COMPOSE_PROFILES', [], { COMPOSE_PROFILES: 'observability' }, 'grafana'],
    ['compose/zipkin.env', ['--env-file', 'compose/zipkin.env'], {}, 'zipkin'],
  ])('starts Consul beside what %s adds', (_name, more, env, added) => {
    const args = ['compose', '--env-file', 'compose/consul.env', ...more, 'config', '--services']
    const names = execFileSync('docker', args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } })
    expect(names.split('\n')).toEqual(expect.arrayContaining(['consul', 'setup', added]))
  })
})
