import { serveTraceStore, type ServedTraceStore } from '@throughline/trace-store'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BODIES, readBody } from './bodies.ts'
import { type Callee, startCallee } from './callee.ts'
import { callsIn, INCOMING, MODES, PLACES, REQUESTS } from './cells.ts'
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

  it.each(callsIn(mode))('propagates its caller’s trace through %s', async (client) => {
    const target = `/${encodeURIComponent(client)}`
    const base = client.startsWith('https') ? callee.httpsUrl : callee.url
    const answer = await post(`${app.url}${target}?callee=${encodeURIComponent(base + target)}`, INCOMING)
    expect(answer).toEqual({ status: 200, body: '300005' })
    const requests = callee.requests.filter(({ url }) => url.split('?')[0] === target)
    expect(requests).toHaveLength(REQUESTS[client] ?? 1)
    for (const request of requests) expectOneContext(request, { mode })
  })

  it.each(Object.keys(BODIES))('is in its caller’s trace in every callback while it reads by %s', async (way) => {
    for (const call of await readBody(app.url, callee, ['/bodies/', way])) expectOneContext(call, { mode })
  })

  it('creates one server span and one client span for each of them', async () => {
    expect(await app.stop()).toBe('')
    const isOff = mode === 'SDK off'
    expectCallSpans(store.store, {
      served: isOff ? 0 : callsIn(mode).length + Object.keys(BODIES).length,
      calls: isOff ? [] : callee.requests,
    })
  })
})
