import { diag, type Tracer } from '@opentelemetry/api'
import { ExportResultCode, type ExportResult } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCountedProcessor } from './counted-processor.ts'
import type { CountedSpanProcessor } from './export-stats.ts'
import { createOtlpSpanProcessor } from './otlp-span-processor.ts'
import type { Delivery } from './otlp-transport.ts'

/** Every behaviour of a collector or the network. */
const delivery = fc.oneof(
  fc.constant({ outcome: 'taken', rejected: 0 }),
  fc.record({ outcome: fc.constant('taken'), rejected: fc.constantFrom(1, 3, 1e9, -1, NaN, Infinity, 0.5) }),
  fc.record({ outcome: fc.constant('refused'), message: fc.constant('400') }),
  fc.constant({ outcome: 'too large' }),
  fc.record({ outcome: fc.constant('unavailable'), message: fc.constant('503'), reset: fc.boolean() }),
  fc.constant('throws' as const),
  fc.constant('never' as const),
) as fc.Arbitrary<Delivery | 'throws' | 'never'>

const anyStep = fc.oneof(
  fc.record({ make: fc.nat({ max: 40 }), bytes: fc.constantFrom(0, 10, 3000) }),
  fc.constant('odd' as const),
  fc.constant('flush' as const),
  fc.constant('turn' as const),
)

type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never

interface Run {
  tracer: Tracer
  processor: CountedSpanProcessor
  /** Sends the pending answers. */
  answerLate?: () => void
}

/** Runs the steps, shuts down in the middle, and adds up the counters. */
async function expectSum({ tracer, processor, answerLate }: Run, steps: readonly Step[]) {
  let made = 0
  const makeSpan = (bytes: number): void => {
    tracer.startSpan('x', { attributes: { a: 'x'.repeat(bytes) } }).end()
    made += 1
  }
  const sum = (): number => Object.values(processor.stats()).reduce((total, count) => total + count, 0)
  for (const step of steps) {
    if (step === 'odd') {
      tracer
        .startSpan('x')
        .updateName(undefined as never)
        .end()
      made += 1
    } else if (step === 'flush') void processor.forceFlush()
    else if (step === 'turn') await new Promise((resolve) => setImmediate(resolve))
    else for (let left = step.make; left > 0; left -= 1) makeSpan(step.bytes)
    expect(sum()).toBeLessThanOrEqual(made)
  }
  const stopped = processor.shutdown()
  makeSpan(1)
  await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 15))])
  processor.abandon()
  makeSpan(1)
  expect(sum()).toBe(made)
  // Answers that arrive after their export was abandoned are not counted again.
  answerLate?.()
  await new Promise((resolve) => setImmediate(resolve))
  expect(sum()).toBe(made)
}

function tracerOf(processor: CountedSpanProcessor): Tracer {
  const resource = resourceFromAttributes({ 'service.name': 'shop' })
  return new TracerProvider({ resource, spanProcessors: [processor] }).getTracer('test')
}

describe('spans made = exported + failed + dropped', () => {
  it('holds for any behaviour of an OTLP collector', async () => {
    diag.disable()
    const property = fc.asyncProperty(
      fc.array(anyStep, { maxLength: 12 }),
      fc.infiniteStream(delivery),
      fc.constantFrom(500, 5000, 2 ** 25),
      async (steps, deliveries, maxBytes) => {
        const processor = createOtlpSpanProcessor({
          async transport(_body, signal) {
            await new Promise((resolve) => setImmediate(resolve))
            const { value } = deliveries.next() as { value: Delivery | 'throws' | 'never' }
            if (value === 'throws') throw new Error('broken on purpose')
            if (value !== 'never') return value
            return new Promise((resolve) => {
              signal.addEventListener('abort', () => resolve({ outcome: 'taken', rejected: 0 }))
            })
          },
          collector: 'http://collector',
          maxBytes,
          batchSpans: 16,
          delayMillis: 1,
          shutdownMillis: 30,
        })
        await expectSum({ tracer: tracerOf(processor), processor }, steps)
      },
    )
    await fc.assert(property, { numRuns: 150 })
  }, 60_000)

  const behaviour = fc.constantFrom('succeeds', 'fails', 'rejects some', 'throws', 'answers twice', 'never', 'late')

  it.each(['batches', 'one by one'])(
    'holds for any behaviour of another exporter: %s',
    async (kind) => {
      diag.disable()
      const property = fc.asyncProperty(
        fc.array(anyStep, { maxLength: 12 }),
        fc.infiniteStream(behaviour),
        async (steps, behaviours) => {
          let rejected = 0
          const owed: (() => void)[] = []
          const exporter = {
            export(_spans: ReadableSpan[], done: (result: ExportResult) => void) {
              const { value } = behaviours.next()
              const success = { code: ExportResultCode.SUCCESS }
              if (value === 'throws') throw new Error('broken on purpose')
              if (value === 'rejects some') rejected += 2
              if (value === 'fails') done({ code: ExportResultCode.FAILED })
              if (['succeeds', 'rejects some', 'answers twice'].includes(value)) done(success)
              if (value === 'answers twice') done(success)
              if (value === 'late') owed.push(() => done(success))
            },
            shutdown: async () => {},
          }
          const processor = createCountedProcessor(
            exporter,
            (parts) =>
              kind === 'batches'
                ? new BatchSpanProcessor({
                    ...parts,
                    maxQueueSize: 30,
                    maxExportBatchSize: 16,
                    scheduledDelayMillis: 1,
                  })
                : new SimpleSpanProcessor(parts),
            {
              timeoutMillis: 6,
              takeRejected() {
                const count = rejected
                rejected = 0
                return count
              },
            },
          )
          const answerLate = (): void => owed.forEach((answer) => answer())
          await expectSum({ tracer: tracerOf(processor), processor, answerLate }, steps)
        },
      )
      await fc.assert(property, { numRuns: 100 })
    },
    60_000,
  )
})

describe('the SDK’s processors with complete accounting', () => {
  const createExporter = (answers: ((result: ExportResult) => void)[]) => ({
    export: (_spans: ReadableSpan[], done: (result: ExportResult) => void) => void answers.push(done),
    shutdown: async () => {},
  })

  it('wait for exports in progress when they flush', async () => {
    const answers: ((result: ExportResult) => void)[] = []
    const processor = createCountedProcessor(
      createExporter(answers),
      (parts) => new BatchSpanProcessor({ ...parts, maxQueueSize: 4, maxExportBatchSize: 2 }),
      { timeoutMillis: Infinity },
    )
    const tracer = tracerOf(processor)
    for (let i = 0; i < 2; i += 1) tracer.startSpan('x').end()
    expect(answers).toHaveLength(1)
    let flushed = false
    const flush = processor.forceFlush().then(() => (flushed = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(flushed).toBe(false)
    for (const answer of answers) answer({ code: ExportResultCode.SUCCESS })
    await flush
    expect(processor.stats()).toEqual({ exported: 2, failed: 0, dropped: 0 })
  })

  it('count an export that takes too long as failed, and ignore its answer', async () => {
    const answers: ((result: ExportResult) => void)[] = []
    const processor = createCountedProcessor(
      createExporter(answers),
      (parts) => new BatchSpanProcessor({ ...parts, maxExportBatchSize: 1 }),
      { timeoutMillis: 5 },
    )
    tracerOf(processor).startSpan('x').end()
    await processor.forceFlush()
    expect(processor.stats()).toEqual({ exported: 0, failed: 1, dropped: 0 })
    for (const answer of answers) answer({ code: ExportResultCode.SUCCESS })
    expect(processor.stats()).toEqual({ exported: 0, failed: 1, dropped: 0 })
  })
})
