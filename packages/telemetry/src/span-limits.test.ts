import { diag, trace } from '@opentelemetry/api'
import { serveTraceStore, type JaegerSpan } from '@throughline/trace-store'
import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { readSpanLimits } from './span-limits.ts'

/** A span with two attributes of eight characters and an event that has the same, as it arrives. */
async function spanUnder(env: NodeJS.ProcessEnv, nodeSdk = false): Promise<JaegerSpan | undefined> {
  await using store = await serveTraceStore()
  const telemetry = await createTelemetry({
    serviceName: 'shop',
    nodeSdk,
    env: { ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl },
    shouldTrace: () => false,
  })
  telemetry.start()
  const attributes = { one: 'abcdefgh', two: 'abcdefgh' }
  trace.getTracer('test').startSpan('x', { attributes }).addEvent('y', attributes).end()
  await telemetry.shutdown()
  return store.store.traces()[0]?.spans[0]
}

const ownAttributes = (span: JaegerSpan | undefined) => span?.tags.filter(({ key }) => key === 'one' || key === 'two')
const ofEvent = (span: JaegerSpan | undefined) => span?.logs[0]?.fields.filter(({ key }) => key !== 'event')

describe('span limits, as in the README', () => {
  it.each([
    ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', false, 1],
    ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', true, 2],
    ['OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT', false, 1],
    ['OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT', true, 1],
    ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', false, 2],
  ])('%s, with nodeSdk: %s, leaves an event %d of its two attributes', async (name, nodeSdk, count) => {
    expect(ofEvent(await spanUnder({ [name]: '1' }, nodeSdk))).toHaveLength(count)
  })

  it.each([
    ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '1', ['abcdefgh']],
    ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '3', ['abc', 'abc']],
  ])('%s has its specified meaning', async (name, value, values) => {
    expect(ownAttributes(await spanUnder({ [name]: value }))?.map((tag) => tag.value)).toEqual(values)
  })

  it.each([
    ['1e2', 100, 0],
    [' 7 ', 7, 0],
    ['64.0', 64, 0],
    ['0', 0, 0],
    ['"128"', undefined, 1],
    ['many', undefined, 1],
    ['-1', undefined, 1],
    ['0x10', undefined, 1],
  ])('take %j for %j, with %d warnings', (value, limit, count) => {
    const warnings: string[] = []
    const ignore = (): void => {}
    const logger = { error: ignore, info: ignore, debug: ignore, verbose: ignore }
    diag.setLogger({ ...logger, warn: (message) => void warnings.push(message) })
    expect(readSpanLimits({ OTEL_SPAN_EVENT_COUNT_LIMIT: value })).toEqual(
      limit === undefined ? {} : { eventCountLimit: limit },
    )
    // What can't be used is as if it were not set, so the next variable counts.
    const env = { OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: value, OTEL_ATTRIBUTE_COUNT_LIMIT: '3' }
    expect(readSpanLimits(env).attributePerEventCountLimit).toBe(limit ?? 3)
    diag.disable()
    expect(warnings.filter((line) => line.startsWith(`OTEL_SPAN_EVENT_COUNT_LIMIT=${value.trim()} `))).toHaveLength(
      count,
    )
  })
})
