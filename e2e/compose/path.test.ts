import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCompose, upCompose } from './compose.ts'
import { expectHealthy } from './healthy.ts'
import { change, count, countUntil, expectInJaeger } from './jaeger-trace.ts'

describe('docker compose up --wait', () => {
  let running: RunningCompose
  beforeAll(async () => void (running = await upCompose()))
  afterAll(() => running?.[Symbol.asyncDispose]())

  it('returns when every container is healthy', async () => {
    await expectHealthy(running)
  })

  it('records a request as one trace of five spans in Jaeger, each the child of the previous', async () => {
    const { state, traceId } = await count(running)
    expect(state).toBe('connected')
    const spans = await expectInJaeger(running, traceId, { entry: 'app', tracer: 'opentelemetry' })
    expect(Object.keys(spans)).toHaveLength(5)
  })

  it('serves the page, a trace and its link to Jaeger, and creates no span for any of them', async () => {
    const page = await fetch(running.pageUrl)
    expect(await page.text()).toContain('<!doctype html>')
    const counted = await fetch(`${running.pageUrl}/api/count`)
    const { traceId } = (await counted.json()) as { traceId: string }
    expect(counted.headers.get('link')).toContain(
      `${running.jaegerUrl.replace('127.0.0.1', 'localhost')}/trace/${traceId}`,
    )
    await expectInJaeger(running, traceId, { entry: 'app', tracer: 'opentelemetry' })
    expect((await fetch(`${running.pageUrl}/api/traces/${traceId}`)).status).toBe(200)
    const traces = await fetch(`${running.jaegerUrl}/api/traces?service=dashboard-sidecar&limit=100`)
    const { data } = (await traces.json()) as { data: { spans: { tags: { key: string; value: unknown }[] }[] }[] }
    const urls = data.flatMap(({ spans }) => spans.flatMap(({ tags }) => tags.filter(({ key }) => key === 'http.url')))
    expect(
      urls.map(({ value }) => new URL(String(value)).pathname).filter((path) => path !== '/api/count' && path !== '/'),
    ).toEqual([])
  })

  it('denies counting to the dashboard and allows it again, by the switches of the page', async () => {
    expect((await change(running, 'deny')).access).toBe('denied')
    const { traceId } = await countUntil(running, 'denied')
    await expectInJaeger(running, traceId, { entry: 'app', tracer: 'opentelemetry', denied: true })
    expect((await change(running, 'allow')).access).toBe('allowed')
    expect((await count(running)).state).toBe('connected')
  })

  it('keeps a denial when setup is restarted', async () => {
    await change(running, 'deny')
    await running.compose('restart', 'setup')
    await running.compose('up', '--wait')
    expect((await change(running, 'status')).access).toBe('denied')
    expect((await count(running)).state).toBe('denied')
    await change(running, 'allow')
  })

  it.each(['zipkin', 'zipkin-w3c', 'none', 'opentelemetry'])(
    'keeps traces whole when the page changes the tracer to %s',
    async (tracer) => {
      expect((await change(running, 'tracer', { tracer })).tracer).toBe(tracer)
      const { traceId } = await countUntil(running, 'connected')
      await expectInJaeger(running, traceId, { entry: 'app', tracer })
    },
  )

  it('lets only its sidecar reach an app, and reports that', async () => {
    const status = await change(running, 'status')
    expect(status.bypass).toMatchObject({ address: 'http://counting:9001', closed: true })
    const probed = await running.compose('exec', '-T', 'setup', 'node', '-e', tryConnect('counting', 9001))
    expect(probed.trim()).toBe('ECONNREFUSED')
    const page = await running.compose('exec', '-T', 'setup', 'node', '-e', tryConnect('dashboard', 9002))
    expect(page.trim()).toBe('ECONNREFUSED')
  })

  it('gives each sidecar only its own key, in files that no one else can read', async () => {
    const list = await running.compose('exec', '-T', 'counting-sidecar', 'ls', '-l', '/etc/throughline/certs')
    expect(list).toContain('counting.key')
    expect(list).not.toContain('dashboard.key')
    expect(list).toMatch(/-rw------- .* counting\.key/)
  })

  it('renews the certificates while the apps run on', async () => {
    const started = () => running.docker('inspect', '--format', '{{.State.StartedAt}}', ...apps)
    const apps = (await running.compose('ps', '--quiet', 'counting', 'dashboard')).trim().split('\n')
    const [before, first] = [await started(), await serialOf(running, 'counting')]
    // Those that are there live for a day; a setup that knows twenty seconds only replaces them within five.
    await running.composeWith({ CERTIFICATE_SECONDS: '20' }, 'up', '--wait', 'setup')
    for (const name of ['counting', 'dashboard']) {
      await pollUntil(async () => ![first, ''].includes(await serialOf(running, name)), {
        deadline: 30_000,
        what: `a new certificate of ${name}`,
      })
    }
    await countUntil(running, 'connected')
    expect(await started()).toBe(before)
    await running.compose('up', '--wait')
    await countUntil(running, 'connected')
  })

  it('finishes the requests in flight when counting is stopped, and counts on when it is back', async () => {
    const slow = Array.from({ length: 8 }, () =>
      fetch(`${running.pageUrl}/api/count`, { headers: { baggage: 'throughline-fault=delay:1800' } }),
    )
    await pollUntil(async () => (await inFlight(running)) === 8, { deadline: 5000, what: 'eight requests in flight' })
    await running.compose('stop', 'counting')
    const answers = await Promise.all(slow.map(async (request) => (await (await request).json()) as { state: string }))
    expect(answers.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'connected'))
    expect((await count(running)).state).toBe('unreachable')
    const id = (await running.compose('ps', '--all', '--quiet', 'counting')).trim()
    expect((await running.docker('inspect', '--format', '{{.State.ExitCode}}', id)).trim()).toBe('0')
    await running.compose('up', '--wait')
    await countUntil(running, 'connected')
  })
})

describe('docker compose down --volumes', () => {
  it('leaves no container, network or volume', async () => {
    const running = await upCompose()
    await running[Symbol.asyncDispose]()
    const filter = ['--quiet', '--filter', `label=com.docker.compose.project=${running.project}`]
    expect(await running.docker('ps', '--all', ...filter)).toBe('')
    expect(await running.docker('network', 'ls', ...filter)).toBe('')
    expect(await running.docker('volume', 'ls', ...filter)).toBe('')
  })
})

function tryConnect(host: string, port: number): string {
  return `require('net').connect(${port}, '${host}').on('connect', () => { console.log('open'); process.exit() }).on('error', (e) => console.log(e.code))`
}

/** Serial number of the certificate that a sidecar runs with; empty without an answer. */
async function serialOf(running: RunningCompose, name: string): Promise<string> {
  const ask = `fetch('http://${name}:${name === 'counting' ? 19_001 : 19_002}/certs').then(r => r.text()).then(console.log, () => {})`
  const text = await running.compose('exec', '-T', 'setup', 'node', '-e', ask)
  return /"cert_chain":\s*\[\s*\{[^}]*"serial_number":\s*"([^"]+)"/.exec(text)?.[1] ?? ''
}

/** Requests that counting's sidecar waits for at this moment. */
async function inFlight(running: RunningCompose): Promise<number> {
  const ask =
    "fetch('http://counting:19001/stats?filter=^cluster.app.upstream_rq_active$').then(r => r.text()).then(console.log)"
  const text = await running.compose('exec', '-T', 'setup', 'node', '-e', ask)
  return Number(/: (\d+)/.exec(text)?.[1])
}
