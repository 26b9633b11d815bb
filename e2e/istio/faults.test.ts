import { once } from 'node:events'
import tls from 'node:tls'
import { createLab } from '@throughline/lab-stack'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

describe('faults under Istio', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ mesh: 'istio', topology: 'namespaces' })))
  afterAll(() => lab?.stop())

  const reasons = async () => (await lab.mesh.status()).sidecars.map(({ reason }) => reason ?? '')
  const untilUp = () =>
    pollUntil(async () => ((await reasons()).every((reason) => reason === '') ? true : undefined), {
      deadline: 20_000,
      what: 'istiod and both sidecars',
    })
  const killIstiod = (): void => void process.kill(lab.mesh.pids()['istiod'] ?? 0, 'SIGKILL')

  it('while istiod is down, every answer is 200, and the status says what is down', async () => {
    killIstiod()
    await pollUntil(
      async () => ((await reasons()).every((reason) => reason.includes('istiod is down')) ? true : undefined),
      {
        deadline: 900,
        what: 'the status to miss istiod',
      },
    )
    expect((await lab.mesh.status()).sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])
    const states = new Set<string>()
    while ((await reasons()).some((reason) => reason !== '')) states.add((await count(lab)).state)
    expect([...states]).toEqual(['connected'])
  })

  it('a change requested while istiod is down is in force once it is back', async () => {
    await untilUp()
    killIstiod()
    await lab.mesh.deny()
    expect((await count(lab)).state).toBe('denied')
    killIstiod()
    await lab.mesh.allow()
    expect((await count(lab)).state).toBe('connected')
  })

  it.each(['dashboard-sidecar', 'counting-sidecar'])('a killed %s comes back with the rule in force', async (name) => {
    await untilUp()
    await lab.mesh.deny()
    process.kill(lab.mesh.pids()[name] ?? 0, 'SIGKILL')
    await pollUntil(async () => ((await reasons()).some((reason) => reason !== '') ? true : undefined), {
      deadline: 5000,
      what: `${name} to be missed`,
    })
    await untilUp()
    await pollUntil(async () => ((await stateNow()) === 'denied' ? true : undefined), {
      deadline: 10_000,
      what: 'a denial',
    })
    await lab.mesh.allow()
    await expectTrace(lab, async () => (await count(lab)).traceId, {
      entry: 'inbound-sidecar',
      tracer: 'opentelemetry',
    })
  })

  /** Of one request; `none` when the sidecar of the dashboard doesn't pass it on. */
  async function stateNow(): Promise<string> {
    try {
      return (await count(lab)).state
    } catch {
      return 'none'
    }
  }
})

describe('certificates that are renewed', () => {
  it('take effect without a failed request', async () => {
    await using lab = await startLab({ mesh: 'istio', topology: 'namespaces', tracer: 'none', certificateSeconds: 20 })
    const first = await serialOf(lab.countingInbound ?? '')
    const states = new Set<string>()
    const ask = async () => {
      states.add((await count(lab)).state)
      return (await serialOf(lab.countingInbound ?? '')) === first ? undefined : true
    }
    await pollUntil(ask, { deadline: 25_000, what: 'another certificate' })
    // The first one has expired after this.
    const end = performance.now() + 12_000
    await pollUntil(async () => ((await ask()) && performance.now() > end ? true : undefined), {
      deadline: 15_000,
      what: 'the expiry of the first certificate',
    })
    expect([...states]).toEqual(['connected'])
  })

  /** Serial number of the certificate that a sidecar presents to its clients. */
  async function serialOf(address: string): Promise<string> {
    const [host = '', port = ''] = address.split(':')
    const socket = tls.connect({ host, port: Number(port), rejectUnauthorized: false })
    // Without a client certificate the connection is closed afterwards.
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
})

describe('an unreachable trace backend', () => {
  it('fails no request, and no change of the tracer', async () => {
    const closed = 'http://127.0.0.1:9'
    const traceBackend = { queryUrl: closed, otlpUrl: `${closed}/v1/traces`, zipkinUrl: `${closed}/api/v2/spans` }
    await using dark = await createLab({ mesh: 'istio', topology: 'namespaces', traceBackend })
    for (const tracer of ['opentelemetry', 'zipkin', 'zipkin-w3c', 'none'] as const) {
      await dark.mesh?.tracing(tracer)
      for (let request = 0; request < 5; request += 1) expect((await count(dark)).state).toBe('connected')
    }
  })
})
