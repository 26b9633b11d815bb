import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readImages } from './compose-file.ts'
import { type RunningCompose, upCompose } from './compose.ts'
import { expectHealthy } from './healthy.ts'
import { change, count, countUntil, expectInJaeger } from './jaeger-trace.ts'

describe('docker compose --env-file compose/consul.env up --wait', () => {
  let running: RunningCompose
  beforeAll(async () => void (running = await upCompose({ args: ['--env-file', 'compose/consul.env'] })))
  afterAll(() => running?.[Symbol.asyncDispose]())

  const entry = { entry: 'app', tracer: 'opentelemetry' } as const
  const idOf = (service: string): Promise<string> => running.compose('ps', '--quiet', service)
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const response = await fetch(`${running.consulUrl}${path}`, init)
    expect(response.status).toBe(200)
    return response.json()
  }
  /** Uses Consul's own API, as a user who does not know the page. */
  const intend = (action: string): Promise<unknown> =>
    ask('/v1/connect/intentions/exact?source=dashboard&destination=counting', {
      method: 'PUT',
      body: JSON.stringify({ Action: action }),
    })
  const untilAccess = (access: string): Promise<true> =>
    pollUntil(async () => (await change(running, 'status')).access === access || undefined, {
      deadline: 10_000,
      what: `a page that says ${access}`,
    })

  it('returns when a real Consul has configured both sidecars', async () => {
    await expectHealthy(running, ['consul'])
    const { mesh, links } = await change(running, 'status')
    expect(mesh).toBe('consul')
    expect(links).toEqual([{ label: 'Consul', url: `${running.consulUrl.replace('127.0.0.1', 'localhost')}/ui/` }])
    expect(await (await fetch(`${running.consulUrl}/ui/`)).text()).toContain('<title>Consul')
  })

  it('records a request as one trace of five spans in Jaeger, with Consul’s sidecar names', async () => {
    const { state, traceId } = await count(running)
    expect(state).toBe('connected')
    const spans = Object.values(await expectInJaeger(running, traceId, entry))
    expect(spans).toHaveLength(5)
    const { data } = (await (await fetch(`${running.jaegerUrl}/api/services`)).json()) as { data: string[] }
    expect(data.toSorted()).toEqual(['counting', 'dashboard'])
  })

  it('shows rules set by Consul’s command line and API on the page, which can replace them', async () => {
    await running.compose('exec', '-T', 'consul', 'consul', 'intention', 'delete', 'dashboard', 'counting')
    await untilAccess('denied')
    const { traceId } = await countUntil(running, 'denied')
    await expectInJaeger(running, traceId, { ...entry, denied: true })
    await intend('allow')
    await untilAccess('allowed')
    await countUntil(running, 'connected')
    await intend('deny')
    await untilAccess('denied')
    await countUntil(running, 'denied')
    expect((await change(running, 'allow')).access).toBe('allowed')
    expect((await count(running)).state).toBe('connected')
    const { Sources } = (await ask('/v1/config/service-intentions/counting')) as { Sources: { Permissions?: object }[] }
    expect(Sources[0]?.Permissions).toBeDefined()
  })

  it.each(['zipkin', 'opentelemetry'])(
    'gives the sidecars a bootstrap with the tracer %s without replacing their containers',
    async (tracer) => {
      const before = await idOf('counting-sidecar')
      expect((await change(running, 'tracer', { tracer })).tracer).toBe(tracer)
      const { traceId } = await countUntil(running, 'connected')
      await expectInJaeger(running, traceId, { entry: 'app', tracer })
      expect(await idOf('counting-sidecar')).toBe(before)
    },
  )

  it.each(['consul', 'setup'])('keeps a denial when %s is restarted', async (service) => {
    await change(running, 'deny')
    await running.compose('restart', service)
    await running.compose('up', '--wait')
    // Calls may fail for a moment after a server has started; none gets through.
    const seen = new Set<string>()
    const denied = async (): Promise<true | undefined> => {
      const { state } = await count(running)
      seen.add(state)
      return state === 'denied' || undefined
    }
    await pollUntil(denied, { deadline: 20_000, interval: 100, what: 'a denied request' })
    expect(seen).not.toContain('connected')
    await untilAccess('denied')
    await change(running, 'allow')
    await countUntil(running, 'connected')
  })

  it('finds a sidecar at its new address when its container is recreated', async () => {
    const squatter = `${running.project}-squatter`
    await running.compose('rm', '--stop', '--force', 'counting', 'counting-sidecar')
    const network = ['--network', `${running.project}_mesh`]
    // It takes the freed address.
    await running.docker(
      'run',
      '--detach',
      '--rm',
      '--init',
      ...network,
      '--name',
      squatter,
      (await readImages()).node,
      'sleep',
      '600',
    )
    try {
      await running.compose('up', '--wait')
      const { traceId } = await countUntil(running, 'connected')
      await expectInJaeger(running, traceId, entry)
      expect(await running.compose('logs', '--no-color', 'setup')).toContain('starting over: counting moved from')
    } finally {
      await running.docker('rm', '--force', squatter)
    }
  })

  it('lets Prometheus read the metrics of apps and sidecars, and nothing of counting', async () => {
    await running.compose('up', '--wait', 'prometheus')
    const targets = async (): Promise<true | undefined> => {
      const response = await fetch(`${running.prometheusUrl}/api/v1/targets`)
      const { data } = (await response.json()) as { data: { activeTargets: { health: string }[] } }
      return data.activeTargets.filter(({ health }) => health === 'up').length === 4 || undefined
    }
    await pollUntil(targets, { deadline: 20_000, what: 'four targets that are up' })
    expect((await change(running, 'status')).bypass).toMatchObject({ address: 'http://counting:9001', closed: true })
  })
})
