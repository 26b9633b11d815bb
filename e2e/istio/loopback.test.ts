import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { pageText } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

describe('Istio on loopback, without root and without interception', () => {
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ mesh: 'istio' })))
  afterAll(() => lab?.stop())

  it('serves the page through the dashboard’s sidecar: six spans in one chain', async () => {
    const trace = await expectTrace(lab, async () => (await count(lab)).traceId, {
      entry: 'inbound-sidecar',
      tracer: 'opentelemetry',
    })
    expect(trace.spans).toHaveLength(6)
    expect(Object.values(trace.processes).map(({ serviceName }) => serviceName)).toEqual(
      expect.arrayContaining(['dashboard.throughline', 'counting.throughline']),
    )
  })

  it('a request that enters at the dashboard app, bypassing its sidecar, has five spans', async () => {
    const send = async () => (await count({ dashboardUrl: lab.dashboardAppUrl })).traceId
    const trace = await expectTrace(lab, send, { entry: 'app', tracer: 'opentelemetry' })
    expect(trace.spans).toHaveLength(5)
  })

  it('denies and allows', async () => {
    await lab.mesh.deny()
    expect(await count(lab)).toMatchObject({ state: 'denied', status: 403 })
    await lab.mesh.allow()
    expect(await count(lab)).toMatchObject({ state: 'connected', status: 200 })
  })

  it('reports the bypass as open under every setting, and it is', async () => {
    await lab.mesh.deny()
    const { bypass } = await lab.mesh.status()
    expect(bypass).toMatchObject({ address: lab.countingUrl, closed: false })
    expect((await fetch(bypass.address)).status).toBe(200)
    await lab.mesh.allow()
  })

  it('05: the page says that the bypass is open', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#bypass-state', /^Open$/)
    await pageText(page, '#bypass-reason', /^Without interception, every program on this machine reaches counting/)
    await page.click('#bypass-probe')
    await pageText(page, '#bypass-summary', /^200: counted, bypassing its sidecar/)
    expect(tab.errors).toEqual([])
  })

  it('listens on loopback only, except for istiod’s own listeners', () => {
    expect(listeningPids('/proc/net/tcp', /^0{8}:/)).toEqual([])
    expect(listeningPids('/proc/net/tcp6', /^0{32}:/)).toEqual([])
  })

  /** Local addresses of listening sockets on every interface that a process of this lab has open. */
  function listeningPids(table: string, address: RegExp): string[] {
    const open = new Set(
      Object.values(lab.pids())
        .flatMap((pid) => [pid, ...childrenOf(pid)])
        .flatMap(inodesOf),
    )
    return fs
      .readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, local = '', , state, , , , , , inode = '']) => state === '0A' && address.test(local) && open.has(inode),
      )
      .map(([, local = '']) => local)
  }
})

function childrenOf(pid: number): number[] {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

function inodesOf(pid: number): string[] {
  return fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
    } catch {
      return []
    }
  })
}

describe('Istio on loopback with counting on a socket', () => {
  it('has no bypass', async () => {
    await using lab = await startLab({ mesh: 'istio', bypass: 'closed', tracer: 'none' })
    expect((await count(lab)).state).toBe('connected')
    expect((await lab.mesh.status()).bypass.closed).toBe(true)
    expect(fs.statSync(lab.countingSocket ?? '').mode & 0o777).toBe(0o600)
  })
})

describe('a machine without Istio', () => {
  it('gets one message with every way to install it', async () => {
    const before = { ...process.env }
    process.env['PATH'] = '/nowhere'
    process.env['XDG_CACHE_HOME'] = '/nowhere'
    try {
      await expect(startLab({ mesh: 'istio' })).rejects.toMatchObject({
        code: 'TL_BINARY_MISSING',
        message: expect.stringMatching(/Go 1\.26\.0.*npm run setup:istio[^]*PATH[^]*ISTIOD_BIN/),
      })
    } finally {
      Object.assign(process.env, before)
      if (before['XDG_CACHE_HOME'] === undefined) delete process.env['XDG_CACHE_HOME']
    }
  })
})
