import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, it } from 'vitest'
import { nodeVersions } from '@throughline/lab-programs'
import type { Place } from './cells.ts'

const run = promisify(execFile)

/** Runs a program with the preload until it ends; returns its exit code and its standard error. */
async function preload(
  { node, line }: Place,
  env: NodeJS.ProcessEnv,
  { folder = inject('projects')[line], program = 'ends.cjs' } = {},
) {
  const args = ['--import', '@throughline/telemetry/register', program]
  const options = {
    cwd: folder,
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none', ...env },
  }
  const ended = run(inject('nodes')[node] ?? node, args, options)
  return ended.then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  )
}

const refusal = (sentence: string): object => ({
  code: 1,
  stderr: expect.stringContaining(`TelemetryConfigError: Telemetry can't start: ${sentence}`) as string,
})

describe('on Node 20', () => {
  const place = { node: nodeVersions[0], line: '3.x' } as const

  it('API 1.10 and SDK 3 are refused, with what to install', async () => {
    const ended = await preload(place, {})
    expect(ended).toEqual(refusal('@opentelemetry/api 1.10.0 and the SDK for it need Node 22.15 or newer'))
    expect(ended.stderr).toContain('npm install @opentelemetry/api@1.9 @opentelemetry/sdk-trace@2')
  })

  it('headers are still forwarded where no SDK is requested', async () => {
    expect(await preload(place, { OTEL_SDK_DISABLED: 'true' })).toEqual({ code: 0, stderr: '' })
  })
})

/** Settings that need an optional peer missing from the projects, with the packages to install. */
const MISSING: [env: NodeJS.ProcessEnv, packages: string][] = [
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, '@opentelemetry/exporter-zipkin'],
  [{ OTEL_TRACES_EXPORTER: 'jaeger' }, '@opentelemetry/exporter-jaeger'],
  [
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    '@opentelemetry/otlp-exporter-base @opentelemetry/otlp-transformer',
  ],
  [{ OTEL_METRICS_EXPORTER: 'otlp' }, '@opentelemetry/sdk-node'],
  [{ OTEL_LOGS_EXPORTER: 'console' }, '@opentelemetry/sdk-node'],
  [{ OTEL_PROPAGATORS: 'b3' }, '@opentelemetry/sdk-node'],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'host' }, '@opentelemetry/sdk-node'],
]

describe.each(['2.x', '3.x'] as const)('beside SDK %s', (line) => {
  it.each(MISSING)('%j is refused with the packages to install', async (env, packages) => {
    const ended = await preload({ node: '24.21.0', line }, env)
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('TelemetryConfigError')
    expect(ended.stderr).toContain(`needs ${packages}, of the release of your @opentelemetry/sdk-trace`)
    expect(ended.stderr).toContain(`npm install ${packages}`)
  })

  it('a program with a newer copy of the API learns that its spans are lost, and why', async () => {
    const folder = path.join(inject('projects')[line], 'newer')
    const copy = path.join(folder, 'node_modules/@opentelemetry/api')
    await fs.cp(path.join(inject('projects')[line], 'node_modules/@opentelemetry/api'), copy, { recursive: true })
    const manifest = path.join(copy, 'package.json')
    const text = await fs.readFile(manifest, 'utf8')
    await fs.writeFile(manifest, text.replace(/"version": "1\.\d+\.\d+"/, '"version": "1.11.0"'))
    await fs.cp(path.join(inject('projects')[line], 'ends.cjs'), path.join(folder, 'ends.cjs'))
    const { code, stderr } = await preload({ node: '24.21.0', line }, {}, { program: 'newer/ends.cjs' })
    expect(code).toBe(0)
    expect(stderr).toContain('spans of the program itself are lost: it has @opentelemetry/api 1.11.0 and telemetry 1.')
  })
})

describe('an SDK and an API of different releases', () => {
  const mixtures = [
    {
      sdk: '2.x',
      api: '3.x',
      sentence: /sdk-trace 2\.\S+ needs @opentelemetry\/api >=1\.3\.0 <1\.10\.0, and .* 1\.10/,
    },
    {
      sdk: '3.x',
      api: '2.x',
      sentence: /sdk-trace 3\.\S+ needs @opentelemetry\/api >=1\.10\.0 <1\.11\.0, and .* 1\.9/,
    },
  ] as const
  it.each(mixtures)('are reported: SDK $sdk beside the API of $api', async ({ sdk, api, sentence }) => {
    const projects = inject('projects')
    const folder = path.join(projects[sdk], 'mixed')
    for (const scope of ['@opentelemetry', '@throughline']) {
      const at = path.join('node_modules', scope)
      await fs.cp(path.join(projects[sdk], at), path.join(folder, at), { recursive: true })
    }
    const own = path.join('node_modules/@opentelemetry/api')
    await fs.rm(path.join(folder, own), { recursive: true })
    await fs.cp(path.join(projects[api], own), path.join(folder, own), { recursive: true })
    await fs.cp(path.join(projects[sdk], 'ends.cjs'), path.join(folder, 'ends.cjs'))
    const { stderr } = await preload({ node: '24.21.0', line: sdk }, {}, { folder })
    expect(stderr).toMatch(sentence)
  })
})
