import fs from 'node:fs'
import path from 'node:path'
import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCompose, upCompose } from './compose.ts'
import { change, count, expectInJaeger } from './jaeger-trace.ts'

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[]
}
const file = path.join(import.meta.dirname, '../../compose/grafana/dashboards/throughline.json')
const { panels } = JSON.parse(fs.readFileSync(file, 'utf8')) as Dashboard
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })))

interface Sample {
  metric: Record<string, string>
  value: [number, string]
}

describe('the profile observability', () => {
  let running: RunningCompose
  beforeAll(async () => {
    const started = await upCompose()
    running = started
    // Grafana's own image does not run here.
    await started.compose('--profile', 'observability', 'up', '--wait', 'prometheus')
    await change(started, 'deny')
    await count(started)
    await change(started, 'allow')
    const end = Date.now() + 20_000
    while (Date.now() < end) await count(started)
  })
  afterAll(() => running?.[Symbol.asyncDispose]())

  const ask = async <T>(route: string, parameters: Record<string, string>): Promise<T> => {
    const response = await fetch(
      `${running.prometheusUrl}/api/v1/${route}?${new URLSearchParams(parameters).toString()}`,
    )
    const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string }
    if (status !== 'success') throw new Error(error)
    return data
  }
  const instant = async (expr: string): Promise<Sample[]> =>
    (await ask<{ result: Sample[] }>('query', { query: expr.replaceAll('$__rate_interval', '1m') })).result

  it('scrapes both apps and both sidecars', async () => {
    const { activeTargets } = await ask<{ activeTargets: { labels: { hop: string }; health: string }[] }>('targets', {})
    expect(activeTargets.map(({ labels, health }) => `${labels.hop} ${health}`).toSorted()).toEqual([
      'counting up',
      'counting-sidecar up',
      'dashboard up',
      'dashboard-sidecar up',
    ])
  })

  it.each(queries)('$title: $expr', async ({ expr }) => {
    const samples = await pollUntil(
      async () => {
        const found = await instant(expr)
        return found.length > 0 ? found : undefined
      },
      { deadline: 15_000, interval: 500, what: `samples of ${expr}` },
    )
    for (const { value } of samples) expect(Number(value[1])).toBeGreaterThanOrEqual(0)
    const hops = samples.map(({ metric }) => metric['hop'] ?? metric['service'])
    // A panel that compares hops must show both ends of the path.
    const compares = /by \((hop|service)[,)]/.test(expr) && !/5\.\.|4\|5/.test(expr)
    expect(new Set(hops).size).toBeGreaterThanOrEqual(compares ? 2 : 1)
  })

  it('has an exemplar that leads to a whole trace in Jaeger', async () => {
    const now = Date.now() / 1000
    const series = await ask<{ exemplars: { labels: { trace_id: string } }[] }[]>('query_exemplars', {
      query:
        'http_server_request_duration_seconds_bucket{service="dashboard",http_route="/api/count",http_response_status_code="200"}',
      start: String(now - 300),
      end: String(now),
    })
    const traceId = series.flatMap(({ exemplars }) => exemplars).at(-1)?.labels.trace_id ?? 'none'
    await expectInJaeger(running, traceId, { entry: 'app', tracer: 'opentelemetry' })
  })
})
