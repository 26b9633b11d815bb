import { pollUntil, startServer } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { register } from './support/consul-api.ts'

describe('faults of a Consul mesh', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ mesh: 'consul', tracer: 'none' })))
  afterAll(() => lab?.stop())

  const pidOf = (name: string): number => {
    const pid = lab.mesh.pids()[name]
    if (pid === undefined) throw new Error(`${name} has no process`)
    return pid
  }
  /** Every status seen during an action; null for no answer. */
  const statusesDuring = async (happening: () => Promise<unknown>): Promise<Set<number | null>> => {
    const statuses = new Set<number | null>()
    let flowing = true
    const flow = async (): Promise<void> => {
      while (flowing) statuses.add((await count(lab)).status)
    }
    const flows = [flow(), flow(), flow()]
    try {
      await happening()
    } finally {
      flowing = false
      await Promise.all(flows)
    }
    return statuses
  }
  const untilReady = () =>
    pollUntil(
      async () => {
        const { sidecars } = await lab.mesh.status()
        const ready = sidecars.every(({ state, reason }) => state === 'ready' && reason === undefined)
        return ready && (await count(lab)).state === 'connected' ? true : undefined
      },
      { deadline: 20_000, what: 'everything to be well again' },
    )

  it('answers only 200 and 403 while rules change under load', async () => {
    const statuses = await statusesDuring(async () => {
      for (let round = 0; round < 5; round += 1) {
        await lab.mesh.deny()
        await lab.mesh.allow()
      }
    })
    expect(statuses).toEqual(new Set([200, 403]))
    await untilReady()
  })

  it('an unresponsive agent disturbs no request, and applies a change when it is back', async () => {
    const agent = pidOf('consul')
    process.kill(agent, 'SIGSTOP')
    let denied: Promise<void>
    try {
      denied = lab.mesh.deny()
      denied.catch(() => {})
      for (let request = 0; request < 200; request += 1) expect((await count(lab)).status).toBe(200)
    } finally {
      process.kill(agent, 'SIGCONT')
    }
    await denied
    expect((await count(lab)).state).toBe('denied')
    await lab.mesh.allow()
    await untilReady()
  })

  it('restarts a killed agent with its rules, shows it as down, and keeps denying calls', async () => {
    await lab.mesh.deny()
    const before = pidOf('consul')
    const statuses = await statusesDuring(async () => {
      process.kill(before, 'SIGKILL')
      const missed = async () =>
        (await lab.mesh.status()).sidecars.find(({ reason }) => reason?.includes('Consul is down'))
      await pollUntil(missed, { deadline: 5000, what: 'the status to miss Consul' })
      await pollUntil(async () => lab.mesh.pids()['consul'], { deadline: 5000, what: 'Consul to be started again' })
      await lab.mesh.set({ name: 'sampling', value: '10' })
    })
    expect(pidOf('consul')).not.toBe(before)
    // A restarted agent first sends its sidecars less than they had: calls may fail, but none gets through.
    expect(statuses).not.toContain(200)
    expect(statuses).toContain(403)
    await lab.mesh.allow()
    await untilReady()
  })

  it('reports unreachable while counting’s sidecar is down', async () => {
    process.kill(pidOf('counting-sidecar'), 'SIGKILL')
    const gone = async () => {
      const { state, status } = await count(lab)
      return state === 'unreachable' ? status : undefined
    }
    expect(await pollUntil(gone, { deadline: 5000, what: 'the page to say unreachable' })).toBe(503)
    await untilReady()
  })

  it('finds counting at another port after a new registration', async () => {
    await using moved = await startServer((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ count: 7, hostname: 'moved' }))
    })
    const [address, inbound] = (lab.countingInbound ?? '').split(':')
    const registration = (port: number) => ({
      Name: 'counting',
      Address: address,
      Port: port,
      Connect: { SidecarService: { Port: Number(inbound), Proxy: { LocalServiceAddress: '127.0.0.1' } } },
    })
    const untilHost = (isIt: (hostname: string | null) => boolean) =>
      pollUntil(async () => (isIt((await count(lab)).hostname) ? true : undefined), {
        deadline: 10_000,
        what: 'the other counting to answer',
      })
    await register(lab, registration(moved.port))
    await untilHost((hostname) => hostname === 'moved')
    await register(lab, registration(Number(new URL(lab.countingUrl ?? '').port)))
    await untilHost((hostname) => hostname !== null && hostname !== 'moved')
    expect((await count(lab)).state).toBe('connected')
  })
})
