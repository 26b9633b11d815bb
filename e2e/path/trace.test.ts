import { randomUUID } from 'node:crypto'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exporters, instrumentations, tracers } from './matrix.ts'
import { count } from '../support/count.ts'
import { expectTrace, traceIdOfRequest } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

const cases = tracers.flatMap((tracer) => instrumentations.map((instrumentation) => ({ tracer, instrumentation })))

describe.each(cases)('with the $tracer tracer and $instrumentation spans', ({ tracer, instrumentation }) => {
  let lab: MeshLab
  beforeAll(async () => {
    const env = { TRACE_INSTRUMENTATION: instrumentation }
    lab = await startLab({ tracer, dashboardEnv: env, countingEnv: env })
  })
  afterAll(() => lab?.stop())

  it('a request is one trace, each hop the child of the previous', async () => {
    const trace = await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer })
    expect(trace.spans).toHaveLength(tracer === 'none' ? 3 : 5)
  })

  it('a request that enters at the upstream listener is one trace from there', async () => {
    const send = async () => {
      // The 15th character holds Envoy's sampling decision: 9 is what it writes for a traced request.
      const requestId = randomUUID().replace(/^(.{14})./, '$19')
      const before = new Set(lab.traceStore.traces({ limit: 1000 }).map((trace) => trace.traceID))
      const response = await fetch(lab.upstreamUrl, { headers: { 'x-request-id': requestId } })
      expect(response.status).toBe(200)
      const newest = () => lab.traceStore.traces({ limit: 1000 }).find((trace) => !before.has(trace.traceID))?.traceID
      const find = tracer === 'none' ? newest : () => traceIdOfRequest(lab, requestId)
      return pollUntil(find, { deadline: 15_000, what: `a trace of request ${requestId}` })
    }
    await expectTrace(lab, send, { entry: 'upstream-listener', tracer })
  })

  it('a caller’s span is the parent of the whole trace', async () => {
    const callerSpanId = '00f067aa0ba902b7'
    const send = async () => {
      const traceparent = `00-${randomUUID().replaceAll('-', '')}-${callerSpanId}-01`
      const { traceId } = await count(lab, { traceparent })
      expect(traceparent).toContain(traceId)
      return traceId
    }
    await expectTrace(lab, send, { entry: 'app', tracer, callerSpanId })
  })
})

describe.each(exporters)('with the %s exporter in the services', (exporter) => {
  it('the trace is the same', async () => {
    const env = { OTEL_TRACES_EXPORTER: exporter }
    await using lab = await startLab({ tracer: 'opentelemetry', dashboardEnv: env, countingEnv: env })
    const send = async () => (await count(lab)).traceId
    const trace = await expectTrace(lab, send, { entry: 'app', tracer: 'opentelemetry' })
    expect(trace.spans).toHaveLength(5)
  })
})

describe('changing the tracer under load', () => {
  it('takes effect without a failed request', async () => {
    await using lab = await startLab({ tracer: 'opentelemetry' })
    const states = new Set<string>()
    let flowing = true
    const flow = (async () => {
      while (flowing) states.add((await count(lab)).state)
    })()
    await lab.mesh.tracing('zipkin')
    flowing = false
    await flow
    expect([...states]).toEqual(['connected'])
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'zipkin' })
  })
})
