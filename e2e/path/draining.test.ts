import { takeFreePort } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import { expect, it } from 'vitest'
import { startKeptAliveClient } from '../support/kept-alive-client.ts'
import { openNetworkLink } from '../support/network-link.ts'
import { type Keep, startAll } from '../support/start-all.ts'
import { startService } from '../support/start-service.ts'
import { startSidecar } from '../verify/support/start-sidecar.ts'

const RESTARTS = 20
const CONNECTIONS = 25
/** Each connection sends a request every 2 × 25 / 200 = 0.25 s. */
const RATE = 200
const LINK_DELAY_MS = 5
/** Twice the time in which every connection sends a request, to allow for a busy machine. */
const DRAIN_DELAY_MS = '600'

interface Instance {
  /** Its URL for clients. */
  url: string
  /** Ends it as its orchestrator does, and starts the next on the same address. */
  restart: () => Promise<void>
}

type Front = (
  keep: Keep,
  port: number,
) => Promise<{ url: string; drain: () => Promise<void>; undrain: () => Promise<void> }>

/** The client connects to the instance directly. */
const direct: Front = async (_keep, port) => ({
  url: `http://127.0.0.1:${port}`,
  drain: async () => {},
  undrain: async () => {},
})

/** A real Envoy, which drains together with the instance as in a pod, and then serves the next instance. */
const behindEnvoy: Front = async (keep, port) => {
  const [inbound, adminPort] = [await takeFreePort(), await takeFreePort()]
  const { adminUrl } = keep(
    await startSidecar({
      name: 'counting-sidecar',
      adminPort,
      listeners: [
        {
          name: 'inbound',
          port: inbound,
          direction: 'INBOUND',
          to: `127.0.0.1:${port}`,
          tracing: { tracer: 'none' },
        },
      ],
      collectors: { otlp: '127.0.0.1:1', zipkin: '127.0.0.1:1' },
    }),
  )
  const post = async (path: string) => {
    expect((await fetch(`${adminUrl}${path}`, { method: 'POST' })).status).toBe(200)
  }
  return {
    url: `http://127.0.0.1:${inbound}`,
    drain: () => post('/healthcheck/fail'),
    undrain: () => post('/healthcheck/ok'),
  }
}

async function startInstance(keep: Keep, front: Front): Promise<Instance> {
  const launch = () =>
    startService('counting', {
      DRAIN_DELAY_MS,
      OTEL_TRACES_EXPORTER: 'none',
      LOG_LEVEL: 'info',
    })
  const portOf = ({ url }: { url: string }) => Number(new URL(url).port)
  let counting = await launch()
  keep({ [Symbol.asyncDispose]: async () => void (await counting.stop()) })
  const link = keep(await openNetworkLink({ target: portOf(counting), delayMs: LINK_DELAY_MS }))
  const { url, drain, undrain } = await front(keep, link.port)
  return {
    url,
    async restart() {
      await drain()
      expect(await counting.stop()).toBe(0)
      counting = await launch()
      link.target = portOf(counting)
      await undrain()
    },
  }
}

it.each([
  { where: 'counting itself', front: direct },
  { where: 'a real Envoy in front of it', front: behindEnvoy },
])(
  'loses no request of a client that keeps its connections to $where, in 20 restarts',
  { timeout: 240_000 },
  async ({ front }) => {
    await using rig = await startAll(async (keep) => {
      const [a, b] = await Promise.all([startInstance(keep, front), startInstance(keep, front)])
      const client = keep(await startKeptAliveClient({ urls: [a.url, b.url], connections: CONNECTIONS, rate: RATE }))
      return { instances: [a, b] as const, client }
    })
    const { client, instances } = rig
    for (let count = 0; count < RESTARTS; count += 1) {
      const which = count % 2
      await instances[which]?.restart()
      await pollUntil(() => client.connectionsAt()[1 - which] === 2 * CONNECTIONS, {
        what: 'every connection to be open at the other',
        deadline: 20_000,
      })
      expect(client.failures).toEqual([])
    }
    // Each restart moved every connection, which happens with an answer.
    expect(client.answered()).toBeGreaterThan(RESTARTS * CONNECTIONS)
  },
)
