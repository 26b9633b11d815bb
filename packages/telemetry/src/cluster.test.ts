import { pollUntil } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPackage, startFixture } from './child.test-support.ts'

const CLUSTER = new URL('./fixtures/cluster.mjs', import.meta.url)

describe('a cluster with a signal to its primary only', () => {
  beforeAll(buildPackage, 60_000)

  it.each(['SIGTERM', 'SIGKILL'] as const)('flushes its workers: %s', async (signal) => {
    await using store = await serveTraceStore()
    await using primary = startFixture(CLUSTER, {
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl, OTEL_BSP_SCHEDULE_DELAY: '60000' },
    })
    const pids = (await primary.message()) as number[]
    primary.kill(signal)
    expect(await primary.exited).toEqual({ code: null, signal })
    await pollUntil(() => !pids.some(isRunning), { what: 'the workers to end', deadline: 15_000 })
    // A killed primary loses its own span.
    expect(store.store.spanCount).toBe(signal === 'SIGTERM' ? 3 : 2)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
