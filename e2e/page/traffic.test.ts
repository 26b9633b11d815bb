import { expectChain, pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { queryTrace } from '../support/expect-trace.ts'
import { startLab } from '../support/start-lab.ts'

interface Told {
  entries: { traceId: string; state: string }[]
}

describe.each(['diagnostics', 'stock'])('the traffic that the dashboard makes itself, with %s spans', (kind) => {
  it('is traced like any other: each request has five spans, rooted at the dashboard', async () => {
    const env = { TRACE_INSTRUMENTATION: kind, FAULTS: 'on', TRAFFIC: '10' }
    await using lab = await startLab({ dashboardEnv: env, countingEnv: env })
    const entries = await pollUntil(
      async () => {
        const told = (await (await fetch(`${lab.dashboardUrl}/api/history`)).json()) as Told
        return told.entries.length >= 5 ? told.entries : undefined
      },
      { what: 'five requests without a browser', deadline: 10_000 },
    )
    for (const { traceId } of entries.slice(0, 5)) {
      const trace = await pollUntil(
        () => {
          const found = queryTrace(lab, traceId)
          expectChain(found, { entry: 'app', tracer: 'opentelemetry' })
          return found
        },
        { what: 'a whole trace', deadline: 15_000 },
      )
      expect(trace.spans).toHaveLength(5)
    }
  })

  it('takes baggage of any caller: a trace that is not carried on, and a fault that is', async () => {
    const env = { TRACE_INSTRUMENTATION: kind, FAULTS: 'on', TRAFFIC: 'off' }
    await using lab = await startLab({ dashboardEnv: env, countingEnv: env })
    const send = async (baggage: string) => {
      const response = await fetch(`${lab.dashboardUrl}/api/count?explain=1`, { headers: { baggage } })
      return (await response.json()) as {
        state: string
        traceId: string
        explain: { calls: { sent: object; hop: { caller: { traceId: string } } | null }[] }
      }
    }
    const broken = await send('throughline-propagation=off')
    expect(broken.explain.calls[0]?.sent).toEqual({})
    expect(broken.explain.calls[0]?.hop?.caller.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
    expect(broken.explain.calls[0]?.hop?.caller.traceId).not.toBe(broken.traceId)
    const failing = await send('throughline-fault=error:1')
    expect(failing.state).toBe('failing')
    expect(failing.explain.calls[0]?.sent).toMatchObject({ baggage: 'throughline-fault=error:1' })
  })
})
