import { randomUUID } from 'node:crypto'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

const tracers = ['opentelemetry', 'zipkin', 'zipkin-w3c'] as const

describe('tracing by Telemetry', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ mesh: 'istio', topology: 'namespaces' })))
  afterAll(() => lab?.stop())

  it.each(tracers)('with %s a request through the edge is one trace of six spans', async (tracer) => {
    await lab.mesh.tracing(tracer)
    const trace = await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'inbound-sidecar', tracer })
    expect(trace.spans).toHaveLength(6)
    const names = Object.values(trace.processes).map(({ serviceName }) => serviceName)
    expect(new Set(names)).toEqual(new Set(['dashboard.throughline', 'counting.throughline', 'dashboard', 'counting']))
  })

  it('without a tracer, only the apps’ spans are recorded', async () => {
    await lab.mesh.tracing('none')
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'inbound-sidecar', tracer: 'none' })
  })

  it('an unsampled request has no span, and keeps its trace id', async () => {
    await lab.mesh.tracing('opentelemetry')
    const traceId = randomUUID().replaceAll('-', '')
    expect((await count(lab, { traceparent: `00-${traceId}-00f067aa0ba902b7-00` })).traceId).toBe(traceId)
    await expectTrace(lab, async () => (await count(lab)).traceId, {
      entry: 'inbound-sidecar',
      tracer: 'opentelemetry',
    })
    expect(lab.traceStore.trace(traceId)).toBeUndefined()
  })

  it('at 0 %, no undecided request is traced', async () => {
    await lab.mesh.set({ name: 'sampling', value: '0' })
    const before = lab.traceStore.traces({ limit: 1000 }).length
    for (let request = 0; request < 20; request += 1) expect((await count(lab)).state).toBe('connected')
    await lab.mesh.set({ name: 'sampling', value: '100' })
    await expectTrace(lab, async () => (await count(lab)).traceId, {
      entry: 'inbound-sidecar',
      tracer: 'opentelemetry',
    })
    expect(lab.traceStore.traces({ limit: 1000 }).length - before).toBe(2)
  })

  it('at 10 %, some requests are traced, and every trace is whole', async () => {
    await lab.mesh.set({ name: 'sampling', value: '10' })
    const ids = new Set<string>()
    for (let request = 0; request < 200; request += 1) {
      const { traceId } = await count(lab)
      if (traceId !== null) ids.add(traceId)
    }
    const traces = () => [...ids].flatMap((id) => lab.traceStore.trace(id) ?? [])
    await pollUntil(() => (traces().every(({ spans }) => spans.length === 6) ? true : undefined), {
      deadline: 15_000,
      what: 'whole traces',
    })
    // Three standard deviations to either side of twenty.
    expect(traces().length).toBeGreaterThan(5)
    expect(traces().length).toBeLessThan(40)
    await lab.mesh.set({ name: 'sampling', value: '100' })
  })

  it('changing the tracer fails no request in flight', async () => {
    const states = new Set<string>()
    let flowing = true
    const flow = (async () => {
      while (flowing) states.add((await count(lab)).state)
    })()
    await lab.mesh.tracing('zipkin')
    await lab.mesh.tracing('opentelemetry')
    flowing = false
    await flow
    expect([...states]).toEqual(['connected'])
    await expectTrace(lab, async () => (await count(lab)).traceId, {
      entry: 'inbound-sidecar',
      tracer: 'opentelemetry',
    })
  })
})
