import { trace } from '@opentelemetry/api'
import { serveTraceStore, type JaegerSpan } from '@throughline/trace-store'
import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'

/** A span with two attributes of eight characters and an event that has the same, as it arrives. */
async function spanUnder(env: NodeJS.ProcessEnv): Promise<JaegerSpan | undefined> {
  await using store = await serveTraceStore()
  const telemetry = await createTelemetry({
    serviceName: 'shop',
    env: { ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl },
    shouldTrace: () => false,
  })
  telemetry.start()
  const attributes = { one: 'abcdefgh', two: 'abcdefgh' }
  trace.getTracer('test').startSpan('x', { attributes }).addEvent('y', attributes).end()
  await telemetry.shutdown()
  return store.store.traces()[0]?.spans[0]
}

const own = (span: JaegerSpan | undefined) => span?.tags.filter(({ key }) => key === 'one' || key === 'two')
const ofEvent = (span: JaegerSpan | undefined) => span?.logs[0]?.fields.filter(({ key }) => key !== 'event')

describe('span limits, as the README has them', () => {
  it.each(['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'])(
    '%s changes nothing',
    async (name) => {
      expect(ofEvent(await spanUnder({ [name]: '1' }))).toHaveLength(2)
    },
  )

  it('OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT is the one that the SDK has', async () => {
    expect(ofEvent(await spanUnder({ OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '1' }))).toHaveLength(1)
  })

  it.each([
    ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '1', ['abcdefgh']],
    ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '3', ['abc', 'abc']],
  ])('%s means what the specification says', async (name, value, values) => {
    expect(own(await spanUnder({ [name]: value }))?.map((tag) => tag.value)).toEqual(values)
  })
})
