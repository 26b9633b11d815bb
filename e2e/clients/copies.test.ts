import fs from 'node:fs/promises'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { rolldown } from 'rolldown'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { startCallee } from './callee.ts'
import { INCOMING } from './cells.ts'
import { expectCallSpans } from './expect-call-spans.ts'
import { expectOneContext } from './expect-one-context.ts'
import { post, type Program, startProgram } from './start-program.ts'

const LIBRARIES = ['propagation', 'telemetry']
const CALLS = ['fetch', 'http.get', 'plain fetch']
/** Where each kind of second copy is. */
const COPIES = {
  'in nested node_modules, of another version': './nested/copy-calls.mjs',
  'in a bundle of ES modules': './bundle/copy-calls.mjs',
  'in a bundle of CommonJS': './bundle/copy-calls.cjs',
}
/** The kinds of first copy. */
const FIRST: Record<string, { execArgv: string[] | undefined; env: NodeJS.ProcessEnv; mode: string }> = {
  'a preload': { execArgv: undefined, env: { TELEMETRY: 'twice' }, mode: 'default' },
  'a preload without the SDK': {
    execArgv: undefined,
    env: { TELEMETRY: 'twice', OTEL_SDK_DISABLED: 'true' },
    mode: 'SDK off',
  },
  'a listener': { execArgv: [], env: {}, mode: 'SDK off' },
}
const NODES = ['20.20.2', '24.21.0']
const CELLS = NODES.flatMap((node) =>
  Object.entries(COPIES).flatMap(([copy, file]) => Object.keys(FIRST).map((first) => ({ node, copy, file, first }))),
)
const BUNDLED = NODES.flatMap((node) =>
  Object.entries(COPIES)
    .filter(([copy]) => copy.includes('bundle'))
    .map(([copy, file]) => ({ node, copy, file })),
)

async function nest(folder: string): Promise<void> {
  for (const name of LIBRARIES) {
    const nested = path.join(folder, 'nested/node_modules/@throughline', name)
    await fs.cp(path.join(folder, 'node_modules/@throughline', name), nested, { recursive: true })
    const manifest = path.join(nested, 'package.json')
    const text = await fs.readFile(manifest, 'utf8')
    await fs.writeFile(manifest, text.replace(/"version": "[^"]+"/, '"version": "0.0.1"'))
  }
  await fs.cp(path.join(folder, 'copy-calls.mjs'), path.join(folder, 'nested/copy-calls.mjs'))
}

async function bundle(folder: string): Promise<void> {
  const input = path.join(folder, 'copy-calls.mjs')
  const dir = path.join(folder, 'bundle')
  // As esbuild makes CommonJS: a module doesn't know its own address.
  const define = { cjs: { 'import.meta.url': 'undefined' }, esm: {} }
  for (const [format, end] of [['esm', 'mjs'] as const, ['cjs', 'cjs'] as const]) {
    const transform = { define: define[format] }
    await using made = await rolldown({ input, platform: 'node', logLevel: 'silent', cwd: folder, transform })
    await made.write({ dir, format, entryFileNames: `[name].${end}`, chunkFileNames: `[name]-[hash].${end}` })
  }
}

/** Has a program make every call. */
async function callAll(app: Program, callee: { url: string }): Promise<void> {
  for (const name of CALLS) {
    const target = `/${encodeURIComponent(name)}`
    const answer = await post(`${app.url}${target}?callee=${encodeURIComponent(callee.url + target)}`, INCOMING)
    expect(answer).toEqual({ status: 200, body: 'called' })
  }
}

describe('two copies of the libraries in one process', () => {
  const folder = inject('projects')['2.x']
  beforeAll(async () => {
    await nest(folder)
    await bundle(folder)
  })

  it.each(CELLS)('share one context: $first, and one $copy, on Node $node', async ({ node, file, first }) => {
    await using store = await serveTraceStore()
    await using callee = await startCallee()
    const { execArgv, env, mode } = FIRST[first] ?? { execArgv: [], env: {}, mode: '' }
    await using app = await startProgram('copies.mjs', {
      folder,
      node: inject('nodes')[node] ?? node,
      execArgv,
      env: { COPY: file, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl, ...env },
    })
    await callAll(app, callee)
    const stderr = await app.stop()
    expect(stderr).toMatch(
      mode === 'default' ? /^opentelemetry warn: telemetry is on in this process already.*\n$/ : /^$/,
    )
    expect(callee.requests).toHaveLength(CALLS.length)
    for (const call of callee.requests) expectOneContext(call, { mode })
    const traced = mode === 'default'
    expectCallSpans(store.store, { served: traced ? CALLS.length : 0, calls: traced ? callee.requests : [] })
  })

  it.each(BUNDLED)('of which the one $copy alone traces, on Node $node', async ({ node, file }) => {
    await using store = await serveTraceStore()
    await using callee = await startCallee()
    await using app = await startProgram('copies.mjs', {
      folder,
      node: inject('nodes')[node] ?? node,
      execArgv: [],
      env: { COPY: file, TELEMETRY: 'twice', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl },
    })
    await callAll(app, callee)
    await pollUntil(() => store.store.spanCount >= 2 * CALLS.length, { what: 'the spans of the calls' })
    expect(await app.stop()).toBe('')
    expect(callee.requests).toHaveLength(CALLS.length)
    for (const call of callee.requests) expectOneContext(call, { mode: 'default' })
    expectCallSpans(store.store, { served: CALLS.length, calls: callee.requests })
  })
})
