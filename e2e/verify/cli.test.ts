import { execFile, type ExecFileException } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { pollUntil } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { describe, expect, it } from 'vitest'
import { expectReadmesShow } from './support/expect-readmes-show.ts'
import { otlpExporter } from './support/fixture-app.ts'
import { fixtures } from './support/fixtures.ts'
import { startPath } from './support/start-path.ts'

const root = path.dirname(createRequire(import.meta.url).resolve('throughline/package.json'))
const program = path.join(root, 'dist/cli/main.js')

interface Result {
  code: number
  stdout: string
  stderr: string
}

async function run(file: string, args: string[], cwd = root): Promise<Result> {
  try {
    return { code: 0, ...(await promisify(execFile)(file, args, { cwd })) }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as ExecFileException & Partial<Result>
    return { code: code ?? 1, stdout, stderr }
  }
}

const throughline = (...args: string[]): Promise<Result> => run(process.execPath, [program, ...args])

async function startBrokenPath() {
  const store = await serveTraceStore({ allowedHosts: ['collector', 'collector-zipkin'] })
  const fixture = fixtures.find(({ finding }) => finding === 'TLV103')
  if (fixture === undefined) throw new Error('there is no fixture for TLV103')
  const started = await startPath({
    collectors: { otlp: new URL(store.otlpUrl).host, zipkin: new URL(store.zipkinUrl).host },
    exporter: otlpExporter(store.otlpUrl),
    ...fixture.path,
  })
  return {
    url: started.url,
    store: store.store,
    queryUrl: store.queryUrl,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await store.close()
    },
  }
}

/** A temporary folder. */
function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'throughline-cli-'))
  return { folder, [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true }) }
}

describe('throughline', () => {
  it('names the hop, the cause and the fix of two services in under 20 s, and exits 1', async () => {
    await using broken = await startBrokenPath()
    const started = performance.now()
    const { code, stdout } = await throughline('verify', broken.url, '--traces', broken.queryUrl)
    expect((performance.now() - started) / 1000).toBeLessThan(20)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^frontend-sidecar ─► frontend ═ ✂ ═ frontend-sidecar ─► cart-sidecar ─► cart$/m)
    expect(stdout).toMatch(/^TLV103 {2}error {3}frontend: /m)
    expect(stdout).toMatch(/^ {2}fix {4}.*USE_B3_WITH_W3C_PROPAGATION|^ {9}USE_B3_WITH_W3C_PROPAGATION/m)
    await expectReadmesShow(stdout)
  })

  it('saves evidence that reproduces the findings, without any header of the caller', async () => {
    using kept = temporaryFolder()
    const file = path.join(kept.folder, 'evidence.json')
    await using broken = await startBrokenPath()
    const secret = 'hunter2-of-the-caller'
    const first = await throughline(
      'verify',
      `${broken.url}?token=${secret}`,
      `--traces=${broken.queryUrl}`,
      `--traces-header=x-key: ${secret}`,
      `--header=authorization: Bearer ${secret}`,
      `--header=x-request-id: ${secret}`,
      `--save=${file}`,
      '--settle=1.2',
      '--format=json',
    )
    expect(first.code).toBe(1)
    const again = await throughline('verify', '--from', file, '--format', 'json')
    expect(again).toEqual({ code: 1, stdout: first.stdout, stderr: '' })
    for (const text of [first.stdout, first.stderr, fs.readFileSync(file, 'utf8')]) expect(text).not.toContain(secret)
  })

  it('receives spans itself without a backend: sidecars’ over HTTP and apps’ over gRPC', async () => {
    const ports = await serveTraceStore()
    const [otlp, grpc, zipkin] = [new URL(ports.otlpUrl), new URL(ports.otlpGrpcUrl), new URL(ports.zipkinUrl)]
    await ports.close()
    await using started = await startPath({
      frontend: fixtures[0]?.path.frontend ?? {},
      cart: fixtures[0]?.path.cart ?? {},
      collectors: { otlp: otlp.host, zipkin: zipkin.host },
      exporter: () => new OTLPTraceExporter({ url: grpc.origin }),
    })
    const listen = `http=${otlp.port},grpc=${grpc.port},zipkin=${zipkin.port}`
    const { code, stdout, stderr } = await throughline('verify', started.url, '--listen', listen, '--settle', '1.5')
    for (const address of [grpc.origin, otlp.href, zipkin.href]) expect(stderr).toContain(address)
    expect(stdout).toMatch(/^TLV101 {2}error/m)
    expect(code).toBe(1)
  })

  it('exits with 3 when the backend is down, 2 for invalid use, and explains a finding', async () => {
    await using broken = await startBrokenPath()
    const down = await throughline('verify', broken.url, '--traces', 'http://127.0.0.1:1', '--settle', '0')
    expect(down.code).toBe(3)
    expect(down.stdout).toMatch(/^TLV901 .*\n {2}seen {3}http:\/\/127\.0\.0\.1:1 can’t be read/m)
    expect(await throughline('verify', broken.url)).toMatchObject({ code: 2, stdout: '' })
    expect(await throughline('veryfi')).toMatchObject({ code: 2 })
    expect(await throughline('verify', '-h')).toEqual(await throughline('--help'))
    const taken = `http=${new URL(broken.queryUrl).port}`
    expect(await throughline('verify', broken.url, '--listen', taken)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^throughline: --listen: port \d+ on 127\.0\.0\.1.* is in use/),
    })
    expect(await throughline('explain', 'tlv104')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^# TLV104: /),
    })
    expect((await throughline('explain')).stdout.split('\n').length).toBeGreaterThan(25)
  })

  it('judges manifests from stdin or a folder, and writes SARIF beside its report', async () => {
    using made = temporaryFolder()
    const sarif = path.join(made.folder, 'found.sarif')
    const example = (name: string): string => path.join(root, '../../charts/istio/examples', name, 'rendered')
    const denied = await throughline('verify', '--manifests', example('denied'), '--sarif', sarif)
    expect(denied).toMatchObject({ code: 1, stderr: '' })
    expect(denied.stdout).toMatch(/^TLV501 {2}error {3}throughline\/counting: .*\n[^]*authorizationpolicy\.yaml:13\)$/m)
    expect(JSON.parse(fs.readFileSync(sarif, 'utf8'))).toMatchObject({ runs: [{ results: [{ ruleId: 'TLV501' }] }] })
    const piped = await run('sh', [
      '-c',
      `cat ${example('default')}/*.yaml | "${process.execPath}" "${program}" verify --manifests -`,
    ])
    expect(piped).toMatchObject({ code: 0, stdout: expect.stringMatching(/^stdin: \d+ objects in 1 file, /) })
    expect(await throughline('verify', '--manifests', made.folder)).toMatchObject({ code: 2, stdout: '' })
    fs.writeFileSync(path.join(made.folder, 'a.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n')
    expect(await throughline('verify', '--manifests', made.folder)).toMatchObject({ code: 3 })
  })

  it.runIf(process.platform === 'linux')('says why when its report finds no room', async () => {
    const full = await run('sh', ['-c', `exec "${process.execPath}" "${program}" explain TLV104 > /dev/full`])
    expect(full).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^throughline: the report.*ENOSPC.*room.*\n$/),
    })
  })

  it('stops at Ctrl-C with 130', async () => {
    await using broken = await startBrokenPath()
    const child = execFile(process.execPath, [program, 'verify', broken.url, '--traces', broken.queryUrl])
    await pollUntil(() => broken.store.spanCount > 0, { deadline: 20_000, what: 'the first probes to be sent' })
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130)
  })

  it('starts with 150 ms of work beside Node’s own', async () => {
    // The processor's time, not the clock's: other tests run at the same time.
    const report = 'data:text/javascript,process.on("exit",()=>console.error(JSON.stringify(process.cpuUsage())))'
    const least = async (args: string[]): Promise<number> => {
      const times: number[] = []
      for (let i = 0; i < 7; i++) {
        const { stderr } = await run(process.execPath, ['--import', report, ...args])
        const { user, system } = JSON.parse(stderr) as NodeJS.CpuUsage
        times.push((user + system) / 1000)
      }
      return Math.min(...times)
    }
    const node = await least(['-e', '0'])
    expect((await least([program, 'explain', 'TLV104'])) - node).toBeLessThan(150)
  })
})

describe('the packed tarballs', () => {
  it('run in an empty folder, with few dependencies', async () => {
    using empty = temporaryFolder()
    for (const folder of [root, path.join(root, '../trace-store')]) {
      expect(await run('npm', ['pack', '--silent', '--pack-destination', empty.folder], folder)).toMatchObject({
        code: 0,
      })
    }
    const tarballs = fs.readdirSync(empty.folder).map((file) => `./${file}`)
    expect(tarballs).toHaveLength(2)
    fs.writeFileSync(path.join(empty.folder, 'package.json'), '{"private":true}')
    const install = ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs]
    expect(await run('npm', install, empty.folder)).toMatchObject({ code: 0 })
    const bin = path.join(empty.folder, 'node_modules/.bin/throughline')
    expect(await run(bin, ['explain', 'TLV101'], empty.folder)).toMatchObject({ code: 0 })
    // Also the part that is only loaded to receive spans.
    const listening = await run(bin, ['verify', 'http://127.0.0.1:1', '--listen', 'http=0,grpc=0'], empty.folder)
    expect(listening).toMatchObject({ code: 3, stderr: expect.stringContaining('receiving spans at') })
    // As a user uses it: a run that is saved, and judged again in every format.
    await using broken = await startBrokenPath()
    const url = ['verify', broken.url, '--traces', broken.queryUrl, '--settle', '1.2', '--save', 'evidence.json']
    expect(await run(bin, url, empty.folder)).toMatchObject({ code: 1, stdout: expect.stringMatching(/^TLV103 {2}e/m) })
    for (const [format, beginning] of [
      ['json', /^\{\n {2}"schema": 1,/],
      ['junit', /^<\?xml [^]*<failure message="frontend: [^]*<\/testsuites>\n$/],
      ['markdown', /^## Trace of http[^]*\n### TLV103 error: frontend: /],
    ] as const) {
      const again = await run(bin, ['verify', '--from', 'evidence.json', '--format', format], empty.folder)
      expect(again).toEqual({ code: 1, stdout: expect.stringMatching(beginning), stderr: '' })
    }
    expect(await run(bin, ['verify', '--from', 'none.json'], empty.folder)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'throughline: --from none.json: there is no such file\nthroughline --help shows all options\n',
    })
    const { dependencies } = JSON.parse((await run('npm', ['ls', '--all', '--json'], empty.folder)).stdout) as {
      dependencies: Record<string, { dependencies?: object }>
    }
    expect(Object.keys(dependencies['throughline']?.dependencies ?? {})).toEqual(['@throughline/trace-store', 'yaml'])
    const files = fs.readdirSync(path.join(empty.folder, 'node_modules/throughline'), {
      recursive: true,
      encoding: 'utf8',
    })
    expect(files.filter((file) => /test|\.tsbuildinfo/.test(file))).toEqual([])
  })
})
