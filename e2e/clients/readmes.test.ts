import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { parentIdOf, pollUntil } from '@throughline/lab-testkit'
import { serveTraceStore, type ServedTraceStore } from '@throughline/trace-store'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { installProject, type Project } from './project.ts'

const CALLER = '00f067aa0ba902b7'
/** Nothing listens there. */
const UNREACHABLE = 'http://127.0.0.1:9'

/** The READMEs' `app.mjs` or `app.cjs`: any program that makes a call. */
const APP = `createServer((request, response) => {
  const call = get('http://counting:9001/', (answer) => answer.resume().on('end', () => response.end('{}')))
  call.on('error', () => response.writeHead(502).end())
})
server.listen(3000)
`
const APPS = {
  'app.mjs': `import { createServer, get } from 'node:http'\nexport const server = ${APP}`,
  'app.cjs': `const { createServer, get } = require('node:http')\nconst server = ${APP}`,
}

/** The command of each README for its programs, and the number of the program's own spans in a trace. */
const STARTS = [
  { readme: 'propagation', command: 'node --import ./instrumentation.mjs app.cjs', spans: 2 },
  {
    readme: 'propagation',
    command:
      'node --import=@throughline/propagation/otel-register --import=@opentelemetry/auto-instrumentations-node/register app.cjs',
    env: { OTEL_PROPAGATORS: 'none' },
    spans: 2,
  },
  { readme: 'propagation', command: 'node express.mjs', spans: 0 },
  { readme: 'propagation', command: 'node http.mjs', spans: 0 },
  { readme: 'propagation', command: 'node by-hand.mjs', spans: 0 },
  { readme: 'telemetry', command: 'node --import ./instrumentation.mjs app.cjs', spans: 2 },
  { readme: 'telemetry', command: 'node --import ./ours.mjs app.mjs', spans: 2 },
  { readme: 'telemetry', command: 'node main.mjs', spans: 2 },
  { readme: 'telemetry', command: 'node --import @throughline/telemetry/register app.mjs', spans: 2 },
]
const ROUTED = ['koa.mjs', 'hono.mjs']

vi.setConfig({ testTimeout: 60_000 })

let project: Project
let lab: MeshLab
/** Where programs send spans, to those of the lab. */
let traces: ServedTraceStore
beforeAll(async () => {
  project = await installProject(inject('tarballs'), {
    '@hono/node-server': '2.1.9',
    '@koa/router': '15.7.0',
    '@opentelemetry/api': '1.9',
    '@opentelemetry/auto-instrumentations-node': '0.81.2',
    '@opentelemetry/sdk-trace': '2',
    axios: '1.21.1',
    express: '5.3.0',
    hono: '4.13.19',
    koa: '3.3.0',
  })
  // Not during the installation: on two cores a lab would not be ready in time.
  lab = await startLab()
  traces = await serveTraceStore({ store: lab.traceStore })
}, 300_000)
afterAll(async () => {
  await traces?.[Symbol.asyncDispose]()
  await lab?.stop()
  await project?.[Symbol.asyncDispose]()
})

const readReadme = (folder: string): Promise<string> =>
  fs.readFile(new URL(`../../packages/${folder}/README.md`, import.meta.url), 'utf8')

/** Programs of a README by name: blocks whose first line is a comment that begins with it. */
async function programsOf(folder: string): Promise<Record<string, string>> {
  const blocks = [...(await readReadme(folder)).matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)
  return Object.fromEntries(blocks.map((code) => [/^\/\/ ([\w-]+\.[cm]js)/.exec(code)?.[1] ?? code, code]))
}

interface Started extends AsyncDisposable {
  port: number
}

/** Writes a README's programs into a folder of the project, each with its own port, and runs a command there. */
async function start(
  { readme, command, env = {} }: { readme: string; command: string; env?: NodeJS.ProcessEnv },
  callee: string,
): Promise<Started> {
  const folder = await fs.mkdtemp(path.join(project.folder, 'readme-'))
  const programs = { ...(await programsOf(readme)), ...APPS }
  for (const [name, code] of Object.entries(programs)) {
    const here = code
      .replaceAll('http://counting:9001', callee)
      .replace('.listen(3000)', '.listen(0, function () { process.send(this.address().port) })')
      .replace('port: 3000 }', 'port: 0 }, ({ port }) => process.send(port)')
    await fs.writeFile(path.join(folder, name), here)
  }
  const child = spawn(process.execPath, command.split(' ').slice(1), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces.otlpUrl,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...env,
    },
  })
  const exited = once(child, 'exit')
  const failed = exited.then(([code]) => Promise.reject(new Error(`${command} ended with ${String(code)}`)))
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number]
  failed.catch(() => {})
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

const newTraceId = (): string => crypto.randomUUID().replaceAll('-', '')

function send(port: number, traceId: string, target = '/'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${target}`, { headers: { traceparent: `00-${traceId}-${CALLER}-01` } })
}

describe.each(STARTS)('$readme: $command', ({ spans, ...options }) => {
  it('is one unbroken trace through both sidecars', async () => {
    await using program = await start(options, lab.upstreamUrl)
    const traceId = newTraceId()
    expect((await send(program.port, traceId)).status).toBe(200)
    const parents = await pollUntil(
      () => {
        const found = lab.traceStore.trace(traceId)?.spans ?? []
        // The two spans of the sidecars and one of counting.
        return found.length >= spans + 3 ? found : undefined
      },
      { deadline: 30_000, what: 'all spans of the trace' },
    )
    const ids = [CALLER, ...parents.map(({ spanID }) => spanID)]
    // A chain: every span but the last has one child.
    expect(new Set(parents.map(parentIdOf)).size).toBe(spans + 3)
    expect(parents.filter((span) => !ids.includes(parentIdOf(span) ?? ''))).toEqual([])
    expect(parents.map(parentIdOf)).toContain(CALLER)
  })

  it('answers when no one answers it', async () => {
    await using program = await start(options, UNREACHABLE)
    expect((await send(program.port, newTraceId())).status).toBe(502)
    expect((await send(program.port, newTraceId())).status).toBe(502)
  })
})

it.each(ROUTED)('telemetry: %s names the route of its spans', async (name) => {
  const command = `node --import @throughline/telemetry/register ${name}`
  await using program = await start({ readme: 'telemetry', command }, UNREACHABLE)
  const traceId = newTraceId()
  expect(await (await send(program.port, traceId, '/users/7')).text()).toBe('7')
  const trace = await pollUntil(() => lab.traceStore.trace(traceId), { what: 'the span' })
  expect(trace.spans.map(({ operationName }) => operationName)).toEqual(['GET /users/:id'])
})

it('every program and command of both READMEs is run here', async () => {
  for (const readme of ['propagation', 'telemetry']) {
    const text = (await readReadme(readme)).replaceAll(/\\\n\s*/g, '')
    const commands = STARTS.filter((started) => started.readme === readme).map(({ command }) => command)
    const programs = Object.keys(await programsOf(readme))
    const run = [...commands.flatMap((command) => command.split(/[ /]/)), ...ROUTED]
    expect(programs.filter((name) => !run.includes(name))).toEqual([])
    const shown = [...text.matchAll(/^(?:\w+=\w+ )*(node .*)$/gm)].map(([, command = '']) => command.trim())
    expect(shown.filter((command) => !commands.includes(command))).toEqual([])
  }
})
