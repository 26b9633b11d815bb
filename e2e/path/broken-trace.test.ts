import { expectChain, pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { queryTrace } from '../support/expect-trace.ts'
import { logLines } from '../support/log-lines.ts'
import { startLab } from '../support/start-lab.ts'

describe('what breaks a trace', () => {
  it('propagation off: the trace breaks at the dashboard, and the assertion says where', async () => {
    await using lab = await startLab({ tracer: 'opentelemetry', dashboardEnv: { OTEL_PROPAGATORS: 'none' } })
    const { traceId } = await count(lab)
    const traces = await pollUntil(
      () => {
        const all = lab.traceStore.traces({ limit: 10 }) ?? []
        return all.reduce((spans, trace) => spans + trace.spans.length, 0) === 5 ? all : undefined
      },
      { deadline: 15_000, what: 'five spans in any traces' },
    )
    expect(traces).toHaveLength(2)
    expect(() => expectChain(queryTrace(lab, traceId ?? ''), { entry: 'app', tracer: 'opentelemetry' })).toThrow(
      /first wrong edge: dashboard CLIENT -> sidecar CLIENT/,
    )
  })
})

describe('OTEL_SDK_DISABLED', () => {
  it('without spans, the services forward the context: the sidecars stay in one trace', async () => {
    const env = { OTEL_SDK_DISABLED: 'true' }
    await using lab = await startLab({ tracer: 'opentelemetry', dashboardEnv: env, countingEnv: env })
    const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
    const { state } = await count(lab, { traceparent: `00-${caller.traceId}-${caller.spanId}-01` })
    expect(state).toBe('connected')
    const trace = await pollUntil(
      () => {
        const found = queryTrace(lab, caller.traceId)
        return found.spans.length === 2 ? found : undefined
      },
      { deadline: 15_000, what: 'the two sidecars in the trace of the caller' },
    )
    const parents = Object.fromEntries(trace.spans.map((span) => [span.spanID, span.references[0]?.spanID]))
    const outbound = trace.spans.find((span) => parents[span.spanID] === caller.spanId)
    const inbound = trace.spans.find((span) => parents[span.spanID] === outbound?.spanID)
    expect(outbound).toBeDefined()
    expect(inbound).toBeDefined()
  })
})

describe('sampling', () => {
  it('off: no spans, working requests, and the same trace id in both services', async () => {
    const env = { OTEL_TRACES_SAMPLER: 'always_off' }
    await using lab = await startLab({ tracer: 'opentelemetry', sampling: 100, dashboardEnv: env, countingEnv: env })
    const first = await count(lab)
    expect(first.state).toBe('connected')
    const line = await pollUntil(
      () => logLines(lab, 'counting').find((text) => text.includes(first.traceId ?? 'none')),
      {
        deadline: 5000,
        what: "counting's log line with the trace id of the dashboard",
      },
    )
    expect(JSON.parse(line)).toMatchObject({ trace_id: first.traceId, path: '/', status: 200 })
    expect(queryTrace(lab, first.traceId ?? '').spans).toEqual([])
  })

  it('at 10 %: every recorded trace is whole, and every other request has no span', async () => {
    const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }
    await using lab = await startLab({ tracer: 'opentelemetry', dashboardEnv: env, countingEnv: env })
    const ids = new Set<string>()
    for (let i = 0; i < 300; i++) ids.add((await count(lab)).traceId ?? 'none')
    expect(ids.size).toBe(300)
    // A request that is always traced comes last: once it is whole, everything before it has arrived.
    const last = '4bf92f3577b34da6a3ce929d0e0e4736'
    const send = async () => (await count(lab, { traceparent: `00-${last}-00f067aa0ba902b7-01` })).traceId
    await send()
    await pollUntil(() => (queryTrace(lab, last).spans.length === 5 ? true : undefined), {
      deadline: 15_000,
      what: 'the last trace',
    })
    const traces = lab.traceStore.traces({ limit: 1000 }).filter((trace) => trace.traceID !== last) ?? []
    expect(traces.length).toBeGreaterThan(5)
    expect(traces.length).toBeLessThan(80)
    for (const trace of traces) expectChain(trace, { entry: 'app', tracer: 'opentelemetry' })
  })
})

describe('a trace backend that is down', () => {
  it('loses spans, but no request', async () => {
    await using lab = await startLab({
      tracer: 'opentelemetry',
      dashboardEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    })
    for (let i = 0; i < 20; i++) expect((await count(lab)).state).toBe('connected')
  })
})
