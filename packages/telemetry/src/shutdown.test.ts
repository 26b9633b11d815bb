import diagnosticsChannel from 'node:diagnostics_channel'
import { trace } from '@opentelemetry/api'
import { pollUntil, startServer } from '@throughline/lab-testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import type { Telemetry } from './telemetry.ts'

describe('shutdown', () => {
  let lines: string[]

  beforeEach(() => {
    lines = []
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  })
  afterEach(() => vi.restoreAllMocks())

  // First: exporters of the other tests keep trying for some seconds, and their refusals would be heard here.
  it('gives a hanging collector five seconds', async () => {
    await using hanging = await startServer(() => {})
    const telemetry = await startTelemetry(hanging.url)
    trace.getTracer('test').startSpan('lost').end()
    const took = await timeOf(() => telemetry.shutdown())
    expect(took).toBeGreaterThan(4000)
    expect(took).toBeLessThan(6000)
  }, 10_000)

  it('happens once and quickly when the collector refuses connections', async () => {
    const telemetry = await startTelemetry(await closedUrl())
    trace.getTracer('test').startSpan('lost').end()
    const first = telemetry.shutdown()
    expect(telemetry.shutdown()).toBe(first)
    expect(await timeOf(() => first)).toBeLessThan(1500)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThan(4)
    for (const line of lines) expect(line).toMatch(/^opentelemetry (warn|error): [^\n]+\n$/)
  })

  it('neither counts among the timers that a test fakes nor waits for them', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    try {
      const telemetry = await startTelemetry(await closedUrl())
      trace.getTracer('test').startSpan('lost').end()
      expect(vi.getTimerCount()).toBe(0)
      await telemetry.shutdown()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is as quick when an earlier refused export is being retried', async () => {
    const telemetry = await startTelemetry(await closedUrl(), { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' })
    let refused = false
    const onRefused = (): boolean => (refused = true)
    diagnosticsChannel.subscribe('http.client.request.error', onRefused)
    trace.getTracer('test').startSpan('lost').end()
    await pollUntil(() => refused, { what: 'the export to be refused' })
    diagnosticsChannel.unsubscribe('http.client.request.error', onRefused)
    expect(await timeOf(() => telemetry.shutdown())).toBeLessThan(1500)
  })
})

async function startTelemetry(url: string, env: NodeJS.ProcessEnv = {}): Promise<Telemetry> {
  const telemetry = await createTelemetry({
    serviceName: 'shop',
    env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url },
    shouldTrace: () => false,
  })
  telemetry.start()
  return telemetry
}

/** An address where nothing listens any more. */
async function closedUrl(): Promise<string> {
  const closed = await startServer(() => {})
  await closed[Symbol.asyncDispose]()
  return closed.url
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
