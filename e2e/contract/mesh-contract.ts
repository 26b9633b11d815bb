import fs from 'node:fs'
import path from 'node:path'
import { type BypassChoice, type LabOptions } from '@throughline/lab-meshes'
import { createLab } from '@throughline/lab-stack'
import { LabError } from '@throughline/lab-programs'
import { type ChainEntry, pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireNamespaces } from '@throughline/lab-pods'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { expectEveryState, expectOneScreen } from '../support/expect-every-state.ts'
import { expectTrace } from '../support/expect-trace.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'
import { untilState } from '../support/until-state.ts'
import type { SecondCounting } from '../support/second-counting.ts'
import { expectTwoInstances } from './two-instances.ts'
import { runDashboardChecks } from './dashboard-checks.ts'
import { medianLatencies } from './latency.ts'
import { bypassTitle, found, megabytes, seconds, spread } from './notes.ts'
import { createRecord, type Row } from './record.ts'
import { memoryOf } from './resident-memory.ts'
import { toggle } from './toggle.ts'

export interface MeshUnderContract {
  /** Its name in `docs/comparison.md`. */
  name: string
  /** Which mesh, and where its pods run. */
  options: LabOptions & { mesh: NonNullable<LabOptions['mesh']> }
  /** Versions of its programs. */
  programs: string
  /** What configures tracing with OpenTelemetry: files of `mesh/`, whose lines are counted. */
  tracingSources: readonly string[]
  /** Where a request of the page enters, default `app`. */
  entry?: ChainEntry
  /** Each choice of the bypass to try, and whether it must be open. */
  bypasses: readonly { choice: BypassChoice; open: boolean; options?: LabOptions }[]
  /** What configures the sidecars: its process, and its name on the page; absent where files do. */
  controlPlane?: { process: string; name: string }
  /** Starts a gateway in front of the page, which is then looked at through it. */
  startGateway?: (lab: MeshLab) => Promise<{ url: string } & AsyncDisposable>
  /** What its guide says about the page, besides what holds in every mesh; leaves the mesh as it found it. */
  guide?: { title: string; holds: (page: Page) => Promise<void> }
  /** Starts another instance of counting; absent where the mesh knows of one only. */
  startSecondCounting?: (lab: MeshLab) => Promise<SecondCounting>
}

const meshFolder = path.join(import.meta.dirname, '../../mesh')

/**
 * What must hold of every mesh that the lab can start. The measurements become `docs/comparison.md`.
 */
export function describeMeshContract(mesh: MeshUnderContract): void {
  const record = createRecord(mesh.name)
  const note = (row: Row, value: string): void => {
    record.add(row, { value, test: expect.getState().currentTestName?.split(' > ').at(-1) ?? '' })
  }
  const entry = mesh.entry ?? 'app'

  describe(`the mesh contract: ${mesh.name}`, () => {
    let lab: MeshLab
    let startedIn = 0
    beforeAll(async () => {
      const started = performance.now()
      lab = await startLab({ ...mesh.options, countingEnv: { FAULTS: 'on' }, dashboardEnv: { FAULTS: 'on' } })
      await untilState(lab, 'connected', { deadline: 10_000 })
      startedIn = performance.now() - started
    })
    afterAll(async () => {
      await lab?.stop()
      record.write()
    })

    const send = async (): Promise<string | null> => (await count(lab)).traceId
    const sidecarNames = async (): Promise<string[]> => (await lab.mesh.status()).sidecars.map(({ name }) => name)

    it('starts, and reports each sidecar as ready', async () => {
      const status = await lab.mesh.status()
      expect(status.mesh).toBe(mesh.options.mesh)
      expect(status.sidecars.map(({ state }) => state)).toEqual(['ready', 'ready'])
      expect(Object.keys(lab.mesh.pids())).toEqual(expect.arrayContaining(await sidecarNames()))
      note('programs', mesh.programs)
      note('start to the first answer', seconds(startedIn))
      const memory = await memoryOf(lab, await sidecarNames())
      if (memory !== undefined) {
        note('memory of a sidecar', megabytes(memory.sidecar))
        note('memory of the control plane', memory.controlPlane === 0 ? 'none' : megabytes(memory.controlPlane))
      }
    })

    it("refuses plain text and callers without a certificate at counting's sidecar", async () => {
      const checks = await runDashboardChecks(lab)
      expect([checks['plaintext'], checks['no-certificate']]).toMatchObject([{ verdict: 'good' }, { verdict: 'good' }])
      note('mutual TLS', `plaintext: ${found(checks['plaintext'])}; no certificate: ${found(checks['no-certificate'])}`)
    })

    it('denies and allows within five seconds, answering only 200 or 403 meanwhile', async () => {
      const { denied, connected, statuses } = await toggle(lab, 10)
      expect(statuses).toEqual(new Set([200, 403]))
      note('time to deny', spread(denied))
      note('time to allow', spread(connected))
    })

    it("a denied call gets the sidecar's 403, and the page says denied", async () => {
      await lab.mesh.deny()
      await untilState(lab, 'denied', { deadline: 10_000 })
      expect((await lab.mesh.status()).access).toBe('denied')
      const trace = await expectTrace(lab, send, { entry, tracer: 'opentelemetry', denied: true })
      const answer = await count(lab)
      expect(answer).toMatchObject({ state: 'denied', status: 403, code: 'TL_UPSTREAM_DENIED' })
      note('what a denied caller sees', `${answer.status}, \`${answer.reason}\``)
      note('spans of a denied call', String(trace.spans.length))
      await lab.mesh.allow()
      expect((await lab.mesh.status()).access).toBe('allowed')
    })

    it('one request is one trace, each hop the child of the one before', async () => {
      const trace = await expectTrace(lab, send, { entry, tracer: 'opentelemetry' })
      note('hops in one trace', `${trace.spans.length}, each the child of the candidate before`)
      const sources = mesh.tracingSources.map((file) => fs.readFileSync(path.join(meshFolder, file), 'utf8'))
      const lines = sources
        .flatMap((text) => text.split('\n'))
        .filter((line) => /^\s*[^\s#]/.test(line) && line !== '---')
      note('tracing: lines', String(lines.length))
      note('tracing: settings', mesh.tracingSources.map((file) => `\`mesh/${file}\``).join(', '))
    })

    it('traces with every tracer it offers', async () => {
      const { tracers } = await lab.mesh.status()
      expect(tracers).toEqual(expect.arrayContaining(['opentelemetry', 'zipkin', 'none']))
      const names = await sidecarNames()
      const pids = () => names.map((name) => lab.mesh.pids()[name])
      for (const tracer of tracers.filter((candidate) => candidate !== 'opentelemetry')) {
        await lab.mesh.tracing(tracer)
        expect((await lab.mesh.status()).tracer).toBe(tracer)
        await expectTrace(lab, send, { entry, tracer })
      }
      const before = pids()
      await lab.mesh.tracing('opentelemetry')
      await expectTrace(lab, send, { entry, tracer: 'opentelemetry' })
      const restarted = pids().filter((pid, index) => pid !== before[index]).length
      note('tracing: sidecars restarted by a change', `${restarted} of ${names.length}`)
    }, 120_000)

    it('applies each choice of each setting, and reports which is in force', async () => {
      for (const { name, value: first, choices } of (await lab.mesh.status()).settings) {
        expect(choices.map(({ value }) => value)).toContain(first)
        for (const { value } of [...choices.filter((choice) => choice.value !== first), { value: first }]) {
          await lab.mesh.set({ name, value })
          const now = (await lab.mesh.status()).settings.find((setting) => setting.name === name)
          expect([name, now?.value]).toEqual([name, value])
        }
      }
      await untilState(lab, 'connected', { deadline: 10_000 })
    }, 120_000)

    it('refuses an unknown setting or tracer and changes nothing', async () => {
      const before = await lab.mesh.status()
      for (const refused of [
        () => lab.mesh.set({ name: 'colour', value: 'red' }),
        () => lab.mesh.tracing('abacus' as 'none'),
      ]) {
        const error: unknown = await refused().catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(LabError)
        expect(error).toMatchObject({ code: 'TL_CONTROL_BAD_REQUEST' })
      }
      expect(await lab.mesh.status()).toEqual(before)
    })

    it('answers in less than ten times what a direct request takes', async () => {
      await using direct = await createLab({ mesh: 'none' })
      const medians = await medianLatencies({
        mesh: `${lab.dashboardUrl}/api/count`,
        direct: `${direct.dashboardUrl}/api/count`,
      })
      const ratio = medians.mesh / medians.direct
      expect(ratio).toBeLessThan(10)
      note('latency against direct', `${ratio.toFixed(1)} ×`)
    })

    it('restarts a sidecar that is killed, and the status shows it', async () => {
      const [name = ''] = await sidecarNames()
      const pid = lab.mesh.pids()[name]
      if (pid === undefined) throw new Error(`${name} has no process`)
      process.kill(pid, 'SIGKILL')
      const isDown = async () =>
        (await lab.mesh.status()).sidecars.find((candidate) => candidate.name === name)?.state === 'ready'
          ? undefined
          : true
      await pollUntil(isDown, { deadline: 5000, what: `${name} to be missed` })
      const isBack = async () => {
        const { sidecars } = await lab.mesh.status()
        return sidecars.every(({ state }) => state === 'ready') && (await count(lab)).state === 'connected'
          ? sidecars
          : undefined
      }
      const sidecars = await pollUntil(isBack, { deadline: 20_000, what: `${name} to be back` })
      expect(sidecars.find((candidate) => candidate.name === name)?.restarts).toBe(1)
    })

    it.for(mesh.startSecondCounting ? [mesh.startSecondCounting] : [])(
      'two counting instances both answer, and one that leaves fails no call',
      (start, context) => expectTwoInstances(lab, { start, entry, context }),
    )

    it.for(mesh.controlPlane ? [mesh.controlPlane] : [])(
      'the page shows $name, each sidecar, cause and effect on one screen, in every state',
      { timeout: 240_000 },
      async (controlPlane, context) => {
        await using tab = await openPage(requireBrowser(context), 'about:blank')
        const spans = entry === 'app' ? 5 : 6
        if (mesh.startGateway) await expectOneScreen(tab.page, lab.dashboardUrl, spans)
        await using gateway = await mesh.startGateway?.(lab)
        await expectEveryState(lab, tab.page, { ...gateway, spans: gateway ? spans + 2 : spans, controlPlane })
        expect(tab.errors).toEqual([])
      },
    )

    it.for(mesh.guide ? [mesh.guide] : [])('$title', async ({ holds }, context) => {
      await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
      await holds(tab.page)
      expect(tab.errors).toEqual([])
    })

    it('keeps serving without its trace backend', async () => {
      const closed = 'http://127.0.0.1:9'
      const traceBackend = { queryUrl: closed, otlpUrl: `${closed}/v1/traces`, zipkinUrl: `${closed}/api/v2/spans` }
      await using dark = await createLab({ ...mesh.options, traceBackend })
      for (let request = 0; request < 10; request += 1) expect((await count(dark)).state).toBe('connected')
    })
  })

  describe(`the bypass: ${mesh.name}`, () => {
    const cases = mesh.bypasses.map((candidate) => ({ ...candidate, title: bypassTitle(candidate) }))
    it.for(cases)('$title', async ({ choice, open, options }, context) => {
      if ({ ...mesh.options, ...options }.topology === 'namespaces') await requireNamespaces(context)
      await using lab = await startLab({ ...mesh.options, ...options, bypass: choice, tracer: 'none' })
      await lab.mesh.deny()
      await untilState(lab, 'denied', { deadline: 10_000 })
      const { bypass } = await lab.mesh.status()
      const { bypass: probed } = await runDashboardChecks(lab)
      // A socket has no address to probe: nothing listens on a port.
      const wanted = open ? 'bad TLV601' : bypass.address.startsWith('unix:') ? 'unknown' : 'good'
      expect([bypass.closed, `${probed?.verdict} ${probed?.finding?.id ?? ''}`.trim()]).toEqual([!open, wanted])
      const seen = wanted === 'unknown' ? 'a socket, nothing listens on a port' : found(probed)
      note(`bypass: ${choice}`, open ? 'open: answered although denied' : `closed: ${seen}`)
      record.write()
    })
  })
}
