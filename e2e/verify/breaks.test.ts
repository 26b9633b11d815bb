import type { BreakStatus } from '@throughline/lab-meshes'
import { breaks, createLab } from '@throughline/lab-stack'
import { pollUntil } from '@throughline/lab-testkit'
import { checkPath, collectEvidence, judge, openBackend } from 'throughline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

type Lab = Awaited<ReturnType<typeof createLab>>
let lab: Lab
beforeAll(async () => {
  lab = await createLab()
})
afterAll(() => lab.stop())

/** Undefined while the dashboard is restarted. */
async function ask<T>(path: string, body?: object): Promise<T | undefined> {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${lab.dashboardUrl}${path}`, init).catch(() => undefined)
  return (await answer?.json()) as T | undefined
}

async function request(id: string | null): Promise<void> {
  expect(await ask('/api/mesh/break', { id })).toMatchObject({ current: id, changing: true, error: null })
  const settled = await pollUntil(
    async () => {
      const status = await ask<BreakStatus>('/api/mesh/breaks')
      return status?.changing === false && status
    },
    { deadline: 30_000, what: `${id} in force` },
  )
  expect(settled).toMatchObject({ current: id, error: null })
}

async function findSerious(): Promise<string[]> {
  const evidence = await collectEvidence({
    url: `${lab.dashboardUrl}/api/count`,
    backend: await openBackend({ target: lab.queryUrl, headers: {} }),
    intervalMs: 30,
    settleMs: 2000,
  })
  const { findings } = judge(evidence)
  return [...new Set(findings.filter(({ level }) => level !== 'note').map(({ id }) => id))]
}

describe('a running demo', () => {
  it.each(breaks)('shows $id on request', async ({ id }) => {
    await request(id)
    expect(await findSerious()).toEqual([id])
  })

  it('is broken for the check of helm test too, which names the finding and its fix', async () => {
    await request('TLV101')
    const checked = await checkPath({
      dashboardUrl: lab.dashboardUrl,
      traceQueryUrl: lab.queryUrl,
      expect: 'allowed',
      deadlineMs: 3000,
      readUpstream: () => {
        throw new Error('the bypass is not probed here')
      },
    })
    expect(checked.map(({ found }) => found)).toEqual([
      expect.stringContaining('connected'),
      expect.stringContaining('→'),
      expect.stringMatching(/^TLV101 dashboard: the app does not propagate context; /),
    ])
    expect(checked.at(-1)?.fix).toContain('--import')
  })

  it('is whole again after the repair, and the dashboard’s own report says so', async () => {
    await request(null)
    expect(await ask('/api/findings', {})).toMatchObject({ state: 'running' })
    const findings = await pollUntil(
      async () => {
        const state = await ask<{ state: string }>('/api/findings')
        return state?.state !== 'running' && state
      },
      { deadline: 40_000, what: 'the findings of the dashboard' },
    )
    expect(findings).toMatchObject({ state: 'done', report: { outcome: 'passed', probes: { withSpans: 14 } } })
  })

  it('is healthy under every tracer of its sidecars', async () => {
    for (const tracer of (await lab.mesh?.status())?.tracers ?? []) {
      await lab.mesh?.tracing(tracer)
      expect({ tracer, found: await findSerious() }).toEqual({ tracer, found: [] })
    }
  })

  it('refuses what it can’t show', async () => {
    expect(await ask('/api/mesh/break', { id: 'TLV999' })).toMatchObject({ code: 'TL_CONTROL_BAD_REQUEST' })
    expect(await ask('/api/mesh/break', {})).toMatchObject({ code: 'TL_CONTROL_BAD_REQUEST' })
  })
})
