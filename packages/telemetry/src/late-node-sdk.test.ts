import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api'
import { serveTraceStore, type TraceStore } from '@throughline/trace-store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import type { Telemetry } from './telemetry.ts'

const messages: string[] = []
const note = (message: string): void => void messages.push(message)

function start(otlpUrl: string, env: NodeJS.ProcessEnv = {}): Promise<Telemetry> {
  return createTelemetry({
    serviceName: 'shop',
    nodeSdk: 'late',
    env: { ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl },
    // The store is in this process.
    shouldTrace: () => false,
  })
}

/** The names of all spans that have arrived, and whether they know what sdk-node's detectors find out. */
function arrived(store: TraceStore): Record<string, boolean> {
  return Object.fromEntries(
    store.traces().flatMap(({ spans, processes }) =>
      spans.map(({ operationName, processID }) => {
        const tags = processes[processID]?.tags ?? []
        return [operationName, tags.some(({ key }) => key === 'process.command')]
      }),
    ),
  )
}

describe('sdk-node that is loaded late', () => {
  beforeEach(() => {
    messages.length = 0
    const logger = { error: note, warn: note, info: () => {}, debug: () => {}, verbose: () => {} }
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  })
  afterEach(() => diag.disable())

  it('loses no span: of before, of after, of both, and of a tracer from before', async () => {
    await using store = await serveTraceStore()
    const telemetry = await start(store.otlpUrl)
    telemetry.start()
    const tracer = trace.getTracer('test')
    tracer.startSpan('before').end()
    const across = tracer.startSpan('across')
    await context.with(trace.setSpan(context.active(), across), async () => {
      await telemetry.loadRest()
      expect(telemetry.activeIds().span_id).toBe(across.spanContext().spanId)
      trace.getTracer('test').startSpan('child').end()
    })
    across.end()
    tracer.startSpan('by a tracer from before').end()
    trace.getTracer('new').startSpan('after').end()
    await telemetry.shutdown()
    const own = { before: false, across: false, 'by a tracer from before': false }
    expect(arrived(store.store)).toEqual({ ...own, child: true, after: true })
    expect(messages).toEqual([])
    expect(telemetry.exportStats()).toEqual({ exported: 5, failed: 0, dropped: 0 })
  })

  it.each([
    ['before it is loaded', async (telemetry: Telemetry) => telemetry.shutdown()],
    ['while it is loaded', async (telemetry: Telemetry) => Promise.all([telemetry.loadRest(), telemetry.shutdown()])],
    [
      'twice, and loaded twice',
      async (telemetry: Telemetry) =>
        telemetry
          .loadRest()
          .then(telemetry.loadRest)
          .then(telemetry.shutdown)
          .then(telemetry.loadRest)
          .then(telemetry.shutdown),
    ],
  ])('can be shut down %s', async (_when, end) => {
    await using store = await serveTraceStore()
    const telemetry = await start(store.otlpUrl)
    telemetry.start()
    trace.getTracer('test').startSpan('one').end()
    await end(telemetry)
    expect(Object.keys(arrived(store.store))).toEqual(['one'])
    expect(messages).toEqual([])
    expect(trace.getTracer('test').startSpan('none').isRecording()).toBe(false)
  })

  it('is loaded at once where a variable asks for what only it has', async () => {
    await using store = await serveTraceStore()
    const telemetry = await start(store.otlpUrl, { OTEL_NODE_RESOURCE_DETECTORS: 'process' })
    telemetry.start()
    trace.getTracer('test').startSpan('first').end()
    await telemetry.shutdown()
    expect(arrived(store.store)).toEqual({ first: true })
  })
})
