import { serveTraceStore, type ServedTraceStore } from '@throughline/trace-store'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Callee, startCallee } from './callee.ts'
import { CLIENTS, INCOMING, MODES, PLACES } from './cells.ts'
import { expectCallSpans } from './expect-call-spans.ts'
import { expectOneContext } from './expect-one-context.ts'
import { post, type Program, startProgram } from './start-program.ts'

const PROGRAMS = PLACES.flatMap((place) =>
  Object.entries(MODES).flatMap(([mode, env]) =>
    ['app.mjs', 'app.cjs'].map((program) => ({ ...place, mode, env, program })),
  ),
)

describe.each(PROGRAMS)('$program on Node $node, SDK $line, $mode', ({ program, node, line, env, mode }) => {
  let store: ServedTraceStore
  let callee: Callee
  let app: Program
  beforeAll(async () => {
    store = await serveTraceStore()
    callee = await startCallee()
    app = await startProgram(program, {
      folder: inject('projects')[line],
      node: inject('nodes')[node] ?? node,
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl, ...env },
    })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await callee[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  it.each(CLIENTS)('sends the trace of its caller on by %s', async (client) => {
    const target = `/${encodeURIComponent(client)}`
    const base = client.startsWith('https') ? callee.httpsUrl : callee.url
    const answer = await post(`${app.url}${target}?callee=${base}${target}`, INCOMING)
    expect(answer).toEqual({ status: 200, body: '300005' })
    const [call, ...more] = callee.requests.filter(({ url }) => url === target)
    expect(more).toEqual([])
    expectOneContext(call, { mode })
  })

  it('leaves one server and one client span for each of them', async () => {
    expect(await app.stop()).toBe('')
    expectCallSpans(store.store, mode === 'SDK off' ? [] : callee.requests)
  })
})
