import { pollUntil } from '@throughline/testkit'
import { describe, expect, it } from 'vitest'
import { upCompose } from './compose.ts'
import { change, count, countUntil, expectInJaeger } from './jaeger-trace.ts'

describe('the exporter of the services, from .env', () => {
  it.each(['jaeger', 'zipkin'])('%s brings the same trace to Jaeger', async (exporter) => {
    await using running = await upCompose({ env: { EXPORTER: exporter } })
    const { traceId } = await count(running)
    await expectInJaeger(running, traceId, { entry: 'app', tracer: 'opentelemetry' })
  })
})

describe('the tracer, from .env', () => {
  it('breaks the trace of an application that reads one format only, and not ours', async () => {
    const env = { TRACER: 'zipkin', OTEL_PROPAGATORS: 'tracecontext' }
    await using running = await upCompose({ env })
    const broken = await count(running)
    const whole = expectInJaeger(running, broken.traceId, { entry: 'app', tracer: 'zipkin' })
    await expect(whole).rejects.toThrow('is not the chain of entry app')
    await running.composeWith({ OTEL_PROPAGATORS: '' }, 'up', '--wait')
    const { traceId } = await countUntil(running, 'connected')
    await expectInJaeger(running, traceId, { entry: 'app', tracer: 'zipkin' })
  })
})

describe('the profile bypass', () => {
  it('shows the way around counting’s sidecar while its app listens on all addresses, and closes it', async () => {
    await using running = await upCompose({ env: { COUNTING_HOST: '0.0.0.0' }, args: ['--profile', 'bypass'] })
    const lastLine = async (): Promise<string> =>
      (await running.compose('logs', '--no-color', '--no-log-prefix', '--tail', '1', 'walk-around')).trim()
    const says = (word: string): Promise<true> =>
      pollUntil(async () => (await lastLine()).includes(`${word} `) || undefined, {
        deadline: 15_000,
        interval: 200,
        what: `a try of the way around that is ${word}`,
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
