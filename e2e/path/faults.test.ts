import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { type Count, count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

/** Sends requests until a call ends in that state. */
function untilState(lab: MeshLab, state: string): Promise<Count> {
  return pollUntil(
    async () => {
      const now = await count(lab)
      return now.state === state ? now : undefined
    },
    { deadline: 20_000, what: `state ${state}` },
  )
}

describe.each(['dashboard-sidecar', 'counting-sidecar'])('a killed %s', (sidecar) => {
  it('makes counting unreachable, is restarted, and the next request is one whole trace again', async () => {
    await using lab = await startLab({ tracer: 'opentelemetry' })
    expect((await count(lab)).state).toBe('connected')
    const pid = lab.mesh.pids()[sidecar] ?? 0
    process.kill(pid, 'SIGKILL')
    const seen = await untilState(lab, 'unreachable')
    expect(seen.reason).toMatch(sidecar === 'dashboard-sidecar' ? /refused|reset/ : /upstream connect error|no healthy/)
    const { sidecars } = await lab.mesh.status()
    expect(sidecars.find(({ name }) => name === sidecar)).toMatchObject({
      state: expect.stringMatching(/down|starting/),
    })

    await untilState(lab, 'connected')
    expect((await lab.mesh.status()).sidecars.find(({ name }) => name === sidecar)).toMatchObject({
      state: 'ready',
      restarts: 1,
    })
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'opentelemetry' })
  })

  it('comes back with the rule in force', async () => {
    await using lab = await startLab({ tracer: 'none' })
    await lab.mesh.deny()
    process.kill(lab.mesh.pids()[sidecar] ?? 0, 'SIGKILL')
    await untilState(lab, 'unreachable')
    await untilState(lab, 'denied')
  })
})

describe('faults that a request selects (FAULTS=on)', () => {
  it('travel as baggage through both sidecars: failing, slow and crashing differ', async () => {
    await using lab = await startLab({
      tracer: 'opentelemetry',
      countingEnv: { FAULTS: 'on' },
      dashboardEnv: { UPSTREAM_TIMEOUT_MS: '500' },
    })
    const failing = await count(lab, { baggage: 'throughline-fault=error:1' })
    expect(failing).toMatchObject({ state: 'failing', status: 503, code: 'TL_UPSTREAM_FAILED' })
    expect(failing.reason).toContain('TL_FAULT')

    const slow = await count(lab, { baggage: 'throughline-fault=delay:5000' })
    expect(slow).toMatchObject({ state: 'unreachable', code: 'TL_UPSTREAM_TIMEOUT', httpStatus: 504 })

    const crashed = await count(lab, { baggage: 'throughline-fault=crash' })
    expect(crashed).toMatchObject({ state: 'unreachable', code: 'TL_UPSTREAM_PROXY', status: 503 })
    const back = await untilState(lab, 'connected')
    expect(back.count).toBeLessThan(5)
  })
})
