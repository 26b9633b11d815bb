import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPackage } from './child.test-support.ts'

const UNHEARD = fileURLToPath(new URL('./fixtures/unheard.mjs', import.meta.url))

describe('a program whose standard error no one reads any more', () => {
  beforeAll(buildPackage, 60_000)

  it('keeps running after telemetry has warned of something', async () => {
    const child = fork(UNHEARD, {
      execArgv: ['--import', '@throughline/telemetry/register'],
      env: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_BSP_SCHEDULE_DELAY: '0' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    child.stderr?.destroy()
    const said: unknown[] = []
    child.on('message', (message) => said.push(message))
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(said).toEqual(['alive'])
  }, 30_000)
})
