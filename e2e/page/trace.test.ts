import { pollUntil } from '@throughline/lab-testkit'
import type { JaegerSpan } from '@throughline/trace-store'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { count } from '../support/count.ts'
import { pageText } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

describe('the waterfall', () => {
  const faults = { FAULTS: 'on' }
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ dashboardEnv: faults, countingEnv: faults })))
  afterAll(() => lab.stop())

  /** Milliseconds from the displayed text. */
  const milliseconds = (text: string) => {
    const [number = '', unit = ''] = text.trim().split(' ')
    return Number(number) * ({ µs: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN)
  }

  async function openTrace(page: Page) {
    const { traceId } = await count(lab)
    const spans = await pollUntil(
      () => {
        const found = lab.traceStore.trace(traceId ?? '')?.spans
        return found?.length === 5 ? found : undefined
      },
      { deadline: 15_000, what: 'the whole trace' },
    )
    await page.goto(`${lab.dashboardUrl}/?trace=${traceId}`)
    await pageText(page, '#trace-summary', /^5 spans/)
    return { traceId: traceId ?? '', spans: byDepth(spans) }
  }

  it('shows the numbers of the trace store, hop by hop', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    const { spans, traceId } = await openTrace(page)
    const shown = await page.locator('#rows tr').evaluateAll((rows) =>
      rows.map((row) => {
        const lane = row.querySelector('.lane')?.getBoundingClientRect()
        const bar = row.querySelector('.bar-fill')?.getBoundingClientRect()
        return {
          duration: row.querySelector('.duration')?.textContent ?? '',
          left: ((bar?.left ?? 0) - (lane?.left ?? 0)) / (lane?.width ?? 1),
          width: (bar?.width ?? 0) / (lane?.width ?? 1),
        }
      }),
    )
    const start = Math.min(...spans.map((span) => span.startTime))
    const total = Math.max(...spans.map((span) => span.startTime + span.duration)) - start
    expect(shown).toHaveLength(5)
    for (const [index, span] of spans.entries()) {
      const row = shown[index]
      expect(milliseconds(row?.duration ?? '')).toBeCloseTo(span.duration / 1000, 0)
      expect(row?.left).toBeCloseTo((span.startTime - start) / total, 1)
      expect(row?.width).toBeCloseTo(span.duration / total, 1)
    }
    expect(await page.getAttribute('#trace-id', 'title')).toBe(traceId)
  })

  it('shows which headers reached counting and explains its parent, by keyboard alone', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    const { spans } = await openTrace(page)
    const parent = spans.at(-1)?.references[0]?.spanID ?? ''
    await page.locator('#rows button').first().focus()
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await pageText(page, '#hop-title', /^counting, application, server$/)
    await pageText(page, '#hop-facts', new RegExp(`Its parent is span ${parent}, from traceparent\\..*freshest wins`))
    const chosen = await page.locator('#hop-tables [data-chosen="true"]').innerText()
    expect(chosen).toContain(`-${parent}-`)
    expect(chosen).toContain('rewritten on the way')

    const width = async () => (await page.locator('#rows .bar-fill').first().boundingBox())?.width ?? 0
    const whole = await page.locator('#zoom-reset').isHidden()
    await page.keyboard.press('+')
    await pageText(page, '#zoom-reset', /Whole trace \(now 63 %\)/)
    await page.keyboard.press('0')
    expect([whole, await page.locator('#zoom-reset').isHidden(), (await width()) > 0]).toEqual([true, true, true])
    await page.keyboard.press('Enter')
    expect(await page.locator('#hop-detail').isHidden()).toBe(true)
  })

  it('breaks with the propagation switch, links its other half, and becomes whole again', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#verdict-text', /^Unbroken$/)
    await page.click('#propagation')
    await pageText(page, '#verdict-text', /^Broken$/)
    await pageText(
      page,
      '#problems',
      /headers that reached counting name another trace, .*dashboard sent no trace headers/,
    )
    await pageText(page, '#problems', /TLV101 fix: load the SDK before anything else/)
    expect(await page.locator('#problems a').getAttribute('href')).toBe('/findings/TLV101.md')
    await pageText(page, '#path', /Trace breaks/)
    await page.click('#problems button')
    await pageText(page, '#trace-label', /^Held trace$/)
    await pollUntil(
      async () => {
        const hops = await page.locator('#rows .service').allInnerTexts()
        return hops.join() === 'dashboard-sidecar,counting-sidecar,counting'
      },
      { what: 'the other half', deadline: 10_000 },
    )
    // Half a trace is not called whole.
    await pageText(page, '#verdict-text', /^Begins at a sidecar$/)
    await page.click('#propagation')
    await page.click('#follow')
    await pageText(page, '#verdict-text', /^Unbroken$/)
    await pageText(page, '#path', /^(?!.*Trace breaks)/s)
    expect(tab.errors).toEqual([])
  })

  it('shows any request of the last minutes, even after a reload', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    const { traceId } = await count(lab)
    await pageText(page, '#requests', new RegExp((traceId ?? '').slice(0, 8)))
    await page.reload()
    // The list stops moving only while the pointer is over it.
    await page.hover('#requests')
    await pageText(page, '#requests-note', /paused/)
    await page.locator('#requests button', { hasText: (traceId ?? '').slice(0, 8) }).click()
    await pageText(page, '#trace-label', /^Held trace$/)
    await pollUntil(async () => (await page.getAttribute('#trace-id', 'title')) === traceId, { what: 'that trace' })
    expect(page.url()).toContain(`?trace=${traceId}`)
    expect(tab.errors).toEqual([])
  })

  it('the mesh panel describes the mesh, with a command for each fact', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await page.click('#checks-run')
    await pageText(page, '#checks-note', /^6 checks at .*: 1 not in order\.$/)
    const found = await page
      .locator('.check')
      .evaluateAll((checks) =>
        checks.map(
          (check) => `${check.getAttribute('data-verdict')}: ${check.querySelector('.check-found')?.textContent}`,
        ),
      )
    expect(found).toEqual([
      'good: Allowed: counting answered.',
      expect.stringMatching(
        /^good: spiffe:\/\/\S+\/sa\/dashboard calls spiffe:\/\/\S+\/sa\/counting, by mutual TLS\.$/,
      ),
      expect.stringMatching(/^bad: Yes, at http.* 200: counted, bypassing its sidecar/),
      expect.stringMatching(/^good: Yes: it hung up/),
      expect.stringMatching(/^good: Yes: TLS alert/),
      'good: Yes: dashboard-sidecar and counting-sidecar.',
    ])
    expect(await page.locator('.check code').allInnerTexts()).toHaveLength(6)
    // The one that is not in order names its finding.
    expect(await page.locator('.check a').allInnerTexts()).toEqual(['TLV601'])
    expect(await (await fetch(`${lab.dashboardUrl}/findings/TLV601.md`)).text()).toMatch(/^# TLV601: /)
  })
})

/** A chain of spans, root first. */
function byDepth(spans: JaegerSpan[]): JaegerSpan[] {
  const line: JaegerSpan[] = []
  let next = spans.find((span) => span.references.length === 0)
  while (next !== undefined) {
    const { spanID } = next
    line.push(next)
    next = spans.find((span) => span.references[0]?.spanID === spanID)
  }
  return line
}

describe('a trace backend with only its own page', () => {
  it('opens the newest or a chosen trace', async (context) => {
    const ui = 'http://localhost:9411/zipkin/traces/'
    const dashboardEnv = { TRACE_QUERY_URL: '', TRACE_UI_URL: `${ui}{traceId}`, TRAFFIC: 'off' }
    await using lab = await startLab({ dashboardEnv })
    const { traceId: first } = await count(lab)
    const { traceId: newest } = await count(lab)
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const link = tab.page.locator('#open:visible')
    await pollUntil(async () => (await link.getAttribute('href')) === ui + newest || undefined, {
      deadline: 10_000,
      what: 'a link to the newest trace',
    })
    await tab.page.locator('button.request', { hasText: String(first).slice(-4) }).click()
    expect(await link.getAttribute('href')).toBe(ui + first)
  })
})
