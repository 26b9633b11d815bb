import fs from 'node:fs'
import path from 'node:path'
import { isTracer } from '@throughline/lab-meshes'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { type RunningCompose, upCompose } from './compose.ts'
import { change, count, countUntil, expectInJaeger } from './jaeger-trace.ts'

describe('the exporter of the services, from .env', () => {
  it.each(['jaeger', 'zipkin'])('%s sends the same trace to Jaeger', async (exporter) => {
    await using running = await upCompose({ env: { EXPORTER: exporter } })
    const { traceId } = await count(running)
    await expectInJaeger(running, traceId, { entry: 'app', tracer: 'opentelemetry' })
  })
})

describe('the tracer, from .env, and an application with one fixed format', () => {
  const guide = fs.readFileSync(path.join(import.meta.dirname, '../../docs/guides/07-compose.md'), 'utf8')
  const rows = [...guide.matchAll(/^\| `([\w-]+)` \| (?:`(\w+)`|unset) \| (.*) \|$/gm)]
    .map(([, tracer = '', propagators = '', fate = '']) => ({ tracer, propagators, whole: fate === 'whole' }))
    .filter(({ tracer }) => isTracer(tracer))

  it('combine as the guide says', async () => {
    expect(rows.filter(({ whole }) => whole)).toHaveLength(3)
    expect(rows.filter(({ whole }) => !whole)).toHaveLength(2)
    await using running = await upCompose()
    for (const { tracer, propagators, whole } of rows) {
      await running.composeWith({ TRACER: tracer, OTEL_PROPAGATORS: propagators }, 'up', '--wait')
      await pollUntil(async () => (await change(running, 'status')).tracer === tracer, {
        deadline: 20_000,
        what: `sidecars that trace with ${tracer}`,
      })
      const { traceId } = await countUntil(running, 'connected')
      const expectation = { entry: 'app', tracer } as const
      if (whole) {
        await expectInJaeger(running, traceId, expectation)
        continue
      }
      const apps = await expectInJaeger(running, traceId, { ...expectation, tracer: 'none' })
      expect(Object.keys(apps), `${tracer} and ${propagators}`).toHaveLength(3)
    }
  })
})

describe('the profile bypass', () => {
  it('shows the bypass while counting’s app listens on all addresses, and closes it', async () => {
    await using running = await upCompose({ env: { COUNTING_HOST: '0.0.0.0' }, args: ['--profile', 'bypass'] })
    const lastLine = async (): Promise<string> =>
      (await running.compose('logs', '--no-color', '--no-log-prefix', '--tail', '1', 'bypass')).trim()
    const says = (word: string): Promise<true> =>
      pollUntil(async () => (await lastLine()).includes(`${word} `) || undefined, {
        deadline: 15_000,
        interval: 200,
        what: `a try of the bypass that is ${word}`,
      })
    await says('OPEN')
    expect((await change(running, 'status')).bypass.closed).toBe(false)
    const sidecar = await running.compose('ps', '--quiet', 'counting-sidecar')

    await running.composeWith({ COUNTING_HOST: '127.0.0.1' }, 'up', '--wait')
    await says('closed')
    expect((await change(running, 'status')).bypass.closed).toBe(true)
    expect((await count(running)).state).toBe('connected')
    expect(await running.compose('ps', '--quiet', 'counting-sidecar')).toBe(sidecar)
  })
})

describe('the profile traffic', () => {
  it('makes requests without a browser, at the configured rate', async () => {
    await using running = await upCompose({ env: { PER_SECOND: '20', TRAFFIC: 'off' }, args: ['--profile', 'traffic'] })
    const first = (await count(running)).count ?? 0
    const begin = performance.now()
    await pollUntil(async () => ((await count(running)).count ?? 0) - first > 60 || undefined, {
      deadline: 20_000,
      interval: 500,
      what: 'sixty requests more',
    })
    expect(performance.now() - begin).toBeGreaterThan(2000)
  })
})

describe('the profile zipkin', () => {
  it('sends every span of a request to Zipkin, which the trace link leads to', async () => {
    await using running = await upCompose({ args: ['--env-file', 'compose/zipkin.env'] })
    const counted = await fetch(`${running.pageUrl}/api/count`)
    const { traceId } = (await counted.json()) as { traceId: string }
    const spans = await pollUntil(() => readFromZipkin(running, traceId), { deadline: 40_000, what: 'five spans' })
    const kinds: (string | undefined)[] = []
    for (let at = spans.find(({ parentId }) => parentId === undefined); at !== undefined;) {
      kinds.push(`${at.localEndpoint.serviceName} ${at.kind}`)
      const { id } = at
      at = spans.find(({ parentId }) => parentId === id)
    }
    expect(kinds).toEqual([
      'dashboard SERVER',
      'dashboard CLIENT',
      'dashboard-sidecar CLIENT',
      'counting-sidecar SERVER',
      'counting SERVER',
    ])
    const link = /<([^>]*)>; rel="alternate"/.exec(counted.headers.get('link') ?? '')?.[1] ?? ''
    expect(link).toBe(`${running.zipkinUrl.replace('127.0.0.1', 'localhost')}/zipkin/traces/${traceId}`)
    expect((await fetch(link)).status).toBe(200)
  })
})

interface ZipkinSpan {
  id: string
  parentId?: string
  kind: string
  localEndpoint: { serviceName: string }
}

/** The spans of a trace once there are five; Java starts slowly. */
async function readFromZipkin({ zipkinUrl }: RunningCompose, traceId: string): Promise<ZipkinSpan[] | undefined> {
  const response = await fetch(`${zipkinUrl}/api/v2/trace/${traceId}`).catch(() => undefined)
  if (response?.status !== 200) return undefined
  const spans = (await response.json()) as ZipkinSpan[]
  return spans.length === 5 ? spans : undefined
}
