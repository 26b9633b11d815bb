import zlib from 'node:zlib'
import { diag } from '@opentelemetry/api'
import { pollUntil } from '@throughline/lab-testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spanNames, startCollector, type Answer } from './collector.test-support.ts'
import { createSpanSource } from './span-source.test-support.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i))
const inOrder = (names: readonly string[]): string[] => names.toSorted((a, b) => Number(a) - Number(b))

describe('the OTLP span processor', () => {
  beforeEach(() => diag.disable())
  afterEach(() => diag.disable())

  it('sends full batches at once, and the rest when due', async () => {
    await using collector = await startCollector()
    const { processor, make } = createSpanSource(collector.url, { delayMillis: 50 })
    make(250)
    await pollUntil(() => processor.stats().exported === 250, { what: 'all spans to arrive' })
    expect(inOrder(collector.names)).toEqual(numbers(0, 250))
    expect(collector.sizes).toHaveLength(3)
    expect(processor.stats()).toEqual({ exported: 250, failed: 0, dropped: 0 })
  })

  it('waits for exports in progress when it flushes', async () => {
    let answer = (): void => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    await using collector = await startCollector(async () => {
      await answered
      return { status: 200 }
    })
    const { processor, make } = createSpanSource(collector.url)
    make(100)
    await pollUntil(() => collector.sizes.length === 1, { what: 'the batch to be sent' })
    let flushed = false
    const flush = processor.forceFlush().then(() => (flushed = true))
    // A second answer takes as long as this round trip.
    await startCollector().then((restarted) => restarted.close())
    expect(flushed).toBe(false)
    answer()
    await flush
    expect(processor.stats().exported).toBe(100)
  })

  it.each<[string, Answer, number?]>([
    ['answers 429', { status: 429 }],
    ['answers 502', { status: 502 }],
    ['answers 503 with Retry-After', { status: 503, headers: { 'retry-after': '1' } }],
    ['answers 504', { status: 504 }],
    ['resets the connection', 'reset'],
    ['hangs', undefined],
  ])('keeps its spans while a collector %s', async (_what, answer) => {
    let isBack = false
    await using collector = await startCollector(() => (isBack ? { status: 200 } : answer))
    const { processor, make } = createSpanSource(collector.url, { timeoutMillis: 300 })
    make(250)
    await pollUntil(() => collector.sizes.length >= 3, { what: 'the first attempts' })
    isBack = true
    await processor.forceFlush()
    expect(inOrder(collector.names)).toEqual(numbers(0, 250))
    expect(processor.stats()).toEqual({ exported: 250, failed: 0, dropped: 0 })
  })

  it('retries no sooner than Retry-After says', async () => {
    const times: number[] = []
    await using collector = await startCollector(({ at }) => {
      times.push(performance.now())
      return at === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200 }
    })
    const { processor, make } = createSpanSource(collector.url)
    make(100)
    await pollUntil(() => collector.sizes.length === 1, { what: 'the first attempt' })
    await processor.forceFlush()
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(990)
  })

  it.each([400, 401, 404, 500])('counts spans refused with %i as failed, without a retry', async (status) => {
    await using collector = await startCollector(() => ({ status }))
    const { processor, make } = createSpanSource(collector.url)
    make(100)
    await processor.shutdown()
    expect(collector.sizes).toHaveLength(1)
    expect(processor.stats()).toEqual({ exported: 0, failed: 100, dropped: 0 })
  })

  it('halves a batch that a collector finds too large, down to one span', async () => {
    await using collector = await startCollector(({ bytes }) => ({ status: bytes > 2000 ? 413 : 200 }))
    const { processor, make } = createSpanSource(collector.url)
    make(60)
    make(1, 'x'.repeat(5000))
    make(39)
    await processor.forceFlush()
    expect(inOrder(collector.names)).toEqual([...numbers(0, 60), ...numbers(61, 100)])
    expect(processor.stats()).toEqual({ exported: 99, failed: 1, dropped: 0 })
  })

  it('halves a batch after three resets by a proxy', async () => {
    await using collector = await startCollector(({ bytes }) => (bytes > 200_000 ? 'reset' : { status: 200 }))
    const { processor, make } = createSpanSource(collector.url)
    make(100, 'x'.repeat(3000))
    await processor.forceFlush()
    expect(inOrder(collector.names)).toEqual(numbers(0, 100))
  })

  it('sends no more than a megabyte in one request', async () => {
    await using collector = await startCollector()
    const { processor, make } = createSpanSource(collector.url, { batchSpans: 2048 })
    make(2048, 'x'.repeat(14_000))
    await processor.forceFlush()
    expect(collector.names).toHaveLength(2048)
    expect(Math.max(...collector.sizes)).toBeLessThan(2 ** 20 + 20_000)
  })

  it('counts spans that a collector rejects from a batch as failed', async () => {
    await using collector = await startCollector(() => ({ status: 200, rejected: 7 }))
    const { processor, make } = createSpanSource(collector.url)
    make(100)
    await processor.forceFlush()
    expect(processor.stats()).toEqual({ exported: 93, failed: 7, dropped: 0 })
  })

  it('drops the oldest when the buffer is full, and sends the newest', async () => {
    let isBack = false
    await using collector = await startCollector(() => ({ status: isBack ? 200 : 503 }))
    const { processor, make } = createSpanSource(collector.url, { maxBytes: 200_000, batchSpans: 50 })
    make(5000)
    isBack = true
    await processor.shutdown()
    const { exported, failed, dropped } = processor.stats()
    expect(failed).toBe(0)
    expect(dropped).toBeGreaterThan(0)
    expect(exported + dropped).toBe(5000)
    // Those that were being sent when it filled up are older, and can't make room.
    const newest = inOrder(collector.names).slice(-(exported - 4 * 50))
    expect(newest).toEqual(numbers(5000 - newest.length, 5000))
    expect(newest.length).toBeGreaterThan(200)
  })

  it('drops a span that is larger than the buffer, and no other', async () => {
    await using collector = await startCollector()
    const { processor, make } = createSpanSource(collector.url, { maxBytes: 100_000 })
    make(150)
    make(1, 'x'.repeat(200_000))
    make(10)
    await processor.shutdown()
    expect(processor.stats()).toEqual({ exported: 160, failed: 0, dropped: 1 })
  })

  it('ends its shutdown in time, and counts exports in progress', async () => {
    await using collector = await startCollector(() => undefined)
    const { processor, make } = createSpanSource(collector.url, { shutdownMillis: 100 })
    make(250)
    await processor.shutdown()
    expect(processor.stats()).toEqual({ exported: 0, failed: 250, dropped: 0 })
    make(3)
    expect(processor.stats()).toEqual({ exported: 0, failed: 250, dropped: 3 })
  })

  it('retries once at its shutdown, regardless of Retry-After', async () => {
    await using collector = await startCollector(({ at }) =>
      at === 1 ? { status: 503, headers: { 'retry-after': '60' } } : { status: 200 },
    )
    const { processor, make } = createSpanSource(collector.url)
    make(100)
    await pollUntil(() => collector.sizes.length === 1, { what: 'the first attempt' })
    await processor.shutdown()
    expect(processor.stats()).toEqual({ exported: 100, failed: 0, dropped: 0 })
  })

  it('leaves out a span that has no encoding, and counts it', async () => {
    await using collector = await startCollector()
    const { processor, make, tracer } = createSpanSource(collector.url)
    make(50)
    tracer
      .startSpan('x')
      .updateName(undefined as never)
      .end()
    make(50)
    await processor.forceFlush()
    expect(inOrder(collector.names)).toEqual(numbers(0, 100))
    expect(processor.stats()).toEqual({ exported: 100, failed: 1, dropped: 0 })
  })
})

describe('gzip', () => {
  it('is used on request', async () => {
    const { createOtlpTransport } = await import('./otlp-transport.ts')
    const bodies: Buffer[] = []
    const { startServer } = await import('@throughline/lab-testkit')
    await using server = await startServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      expect(request.headers['content-encoding']).toBe('gzip')
      bodies.push(zlib.gunzipSync(Buffer.concat(chunks)))
      response.end()
    })
    const { default: http } = await import('node:http')
    const transport = createOtlpTransport({
      url: server.url,
      timeoutMillis: Infinity,
      compression: 'gzip',
      headers: async () => ({}),
      createAgent: () => new http.Agent(),
    })
    const source = createSpanSource(server.url, { transport })
    source.make(3)
    await source.processor.forceFlush()
    expect(bodies.map(spanNames)).toEqual([['0', '1', '2']])
  })
})
