import http from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { spanNames, startCollector } from './collector.test-support.ts'
import { createOtlpTransport, type Transport } from './otlp-transport.ts'
import { createSpanSource } from './span-source.test-support.ts'

/** Makes batches of some 40 kB, which are worth keeping. */
const ATTRIBUTE = 'x'.repeat(400)

/** A transport that answers as told, and what it was given: the memory itself, as it is in the end. */
function recording(answer: Awaited<ReturnType<Transport>>): { transport: Transport; bodies: (readonly Buffer[])[] } {
  const bodies: (readonly Buffer[])[] = []
  return {
    bodies,
    async transport(body) {
      bodies.push(body)
      return answer
    },
  }
}

const namesIn = (body: readonly Buffer[]): string[] => spanNames(Buffer.concat(body))

describe('the memory of a batch that the collector has taken', () => {
  it('holds a later batch', async () => {
    const { transport, bodies } = recording({ outcome: 'taken', rejected: 0 })
    const { make, processor } = createSpanSource('http://unused', { transport })
    for (let batch = 0; batch < 10; batch += 1) {
      make(100, ATTRIBUTE)
      await processor.forceFlush()
    }
    expect(bodies).toHaveLength(10)
    expect(new Set(bodies.flatMap((body) => body.map(({ buffer }) => buffer)).filter(isLarge)).size).toBeLessThan(6)
  })

  it.each<[string, Awaited<ReturnType<Transport>>]>([
    ['was taken before it was sent', { outcome: 'taken', rejected: 0, unsent: true }],
    ['was refused', { outcome: 'refused', message: 'on purpose' }],
  ])('stays as it is if it %s', async (_what, answer) => {
    const { transport, bodies } = recording(answer)
    const { make, processor } = createSpanSource('http://unused', { transport })
    for (let batch = 0; batch < 10; batch += 1) {
      make(100, ATTRIBUTE)
      await processor.forceFlush()
    }
    expect(bodies.map((body) => Number(namesIn(body)[0]))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  })

  it('never changes what another request sends, whatever the collector does', async () => {
    await using collector = await startCollector(async ({ at }) => {
      if (at === 3) return { status: 503, headers: { 'retry-after': '0' } }
      return { status: at % 5 === 4 ? 413 : 200 }
    })
    const { make, processor } = createSpanSource(collector.url)
    for (let batch = 0; batch < 30; batch += 1) {
      make(60 + ((batch * 37) % 90), ATTRIBUTE)
      if (batch % 4 === 0) await processor.forceFlush()
    }
    await processor.forceFlush()
    const { exported } = processor.stats()
    expect(processor.stats()).toEqual({ exported, failed: 0, dropped: 0 })
    expect(collector.names).toHaveLength(exported)
    expect(new Set(collector.names).size).toBe(exported)
  })
})

describe('the transport', () => {
  it.each([
    ['before it was read', true, 2 ** 25],
    ['when it was read', undefined, 2 ** 12],
  ])('says whether a body was answered %s', async (_when, unsent, bytes) => {
    await using server = await startServer(async (request, response) => {
      if (unsent === undefined) for await (const _ of request);
      response.end()
    })
    const transport = createOtlpTransport({
      url: server.url,
      timeoutMillis: 5000,
      compression: 'none',
      headers: async () => ({}),
      createAgent: () => new http.Agent({ keepAlive: true }),
    })
    const delivery = await transport([Buffer.alloc(bytes)], new AbortController().signal)
    expect({ unsent: undefined, ...delivery }).toMatchObject({ outcome: 'taken', unsent })
  })
})

function isLarge(memory: ArrayBufferLike): boolean {
  return memory.byteLength > 30_000
}
