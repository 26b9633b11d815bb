import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { createDiagLogger } from '../diag-log.ts'
import { startCollector } from './collector.test-support.ts'
import { createSpanSource } from './span-source.test-support.ts'

describe('the OTLP span processor', () => {
  afterEach(() => diag.disable())

  it('counts a span that throws when it is read, whatever it throws, and continues', async () => {
    diag.setLogger(createDiagLogger({ write: () => {} }))
    await using collector = await startCollector()
    const { processor, make, tracer } = createSpanSource(collector.url)
    const thrown: unknown[] = [
      10n,
      Symbol('x'),
      Object.create(null),
      undefined,
      Object.assign(new Error('x'), { code: 1n }),
    ]
    for (const error of thrown) {
      make(1)
      const throwIt = (): never => {
        throw error
      }
      const traceState = { serialize: throwIt } as never
      const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState }
      tracer.startSpan('x', { links: [{ context }] }).end()
    }
    await processor.forceFlush()
    expect(processor.stats()).toEqual({ exported: thrown.length, failed: thrown.length, dropped: 0 })
  })
})
