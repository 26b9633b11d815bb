import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { startLab } from '../support/start-lab.ts'

describe('the bypass', () => {
  it('is open to every process on 127.0.0.1, denied or not, and nowhere else', async () => {
    await using lab = await startLab({ tracer: 'none' })
    await lab.mesh.deny()
    expect((await count(lab)).state).toBe('denied')
    const port = new URL(lab.countingUrl ?? '').port
    const probed = await fetch(`http://127.0.0.1:${port}/`)
    expect([probed.status, Object.keys((await probed.json()) as object)]).toEqual([200, ['count', 'hostname']])
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('is used by the dashboard itself when its upstream is the app', async () => {
    await using lab = await startLab({ tracer: 'none' })
    await lab.mesh.deny()
    await using probed = await startLab({
      tracer: 'none',
      dashboardEnv: { COUNTING_SERVICE_URL: lab.countingUrl ?? '' },
    })
    expect(await count(probed)).toMatchObject({ state: 'connected' })
    expect((await count(lab)).state).toBe('denied')
  })

  it('is closed with SOCKET_PATH: nothing listens on a port, and the mesh still works', async () => {
    await using lab = await startLab({ tracer: 'opentelemetry', bypass: 'closed' })
    await expectTrace(lab, async () => (await count(lab)).traceId, { entry: 'app', tracer: 'opentelemetry' })
    expect(lab.countingUrl).toBeUndefined()
    expect(fs.statSync(lab.countingSocket ?? '').mode & 0o777).toBe(0o600)
    await lab.mesh.deny()
    expect((await count(lab)).state).toBe('denied')
  })
})
