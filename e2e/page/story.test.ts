import { pollUntil } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { expectLayout, expectReflow } from '../support/page-layout.ts'
import { copied, pageText, switchAccess } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

describe('a self-explanatory page', () => {
  const faults = { FAULTS: 'on', TRAFFIC: 'off' }
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ dashboardEnv: faults, countingEnv: faults })))
  afterAll(() => lab.stop())

  it('sends one request from the browser, and marks what changes with the next', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await page.click('#send')
    await pageText(page, '#trace-label', /^Your request$/)
    await pageText(page, '#trace-summary', /^5 spans/)
    await switchAccess(page)
    await page.click('#send')
    await pageText(page, '#changes-text', /gone: counting · dashboard answers 502 instead of 200$/)
    expect(await page.locator('#gone-rows').innerText()).toMatch(/^counting\n/)
    expect(await page.locator('#rows .own[data-changed]').allInnerTexts()).toContain('was 200')
    await switchAccess(page)
    await pageText(page, '#changes-text', /new: counting/)
  })

  it('does not call a trace broken while its spans still arrive', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    let late = true
    await page.route('**/api/traces/*', async (route) => {
      const response = await route.fetch()
      if (!late || response.status() !== 200) return route.fulfill({ response })
      const body = (await response.json()) as { verdict: object }
      const problems = [{ code: 'missing-parent', text: 'A parent is missing.', cause: 'It is late.' }]
      await route.fulfill({ response, json: { ...body, verdict: { ...body.verdict, problems } } })
    })
    await page.click('#send')
    await pageText(page, '#verdict-text', /^Arriving$/)
    expect(await page.locator('#problems').isHidden()).toBe(true)
    late = false
    await pageText(page, '#verdict-text', /^Unbroken$/)
    expect(tab.errors).toEqual([])
  })

  it('shows the attributes of a span, and its call as a command that works', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await page.click('#send')
    // Until then it shows another test's trace.
    await pageText(page, '#trace-label', /^Your request$/)
    await pageText(page, '#trace-summary', /^5 spans/)
    await page.locator('#rows button').nth(3).click()
    await pageText(page, '#hop-tables', /response_flags.*upstream_cluster/s)
    await page.locator('#rows button').nth(1).click()
    expect(await copied(page, '#hop-curl')).toMatch(/^curl -s .*-H 'traceparent: 00-.* http:\/\/127\.0\.0\.1:\d+\/$/)
    await page.keyboard.press('Escape')
  })

  it('explains its parts in place, with guides that open', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#path', /mTLS/)
    for (const [button, title] of [
      ['#path .term >> text=mTLS', 'Mutual TLS'],
      ['#path .term >> text=outbound', 'Sidecar'],
      ['.rail-panel .help[data-help=tracer]', 'Sidecar tracer'],
      ['.rail-panel .help[data-help=bypass]', 'Bypass of the sidecar'],
    ] as const) {
      await page.locator(button).first().click()
      await pageText(page, '#help-title', new RegExp(`^${title}$`))
      const guide = await fetch(new URL((await page.getAttribute('#help-guide', 'href')) ?? '', lab.dashboardUrl))
      expect([guide.status, (await guide.text()).startsWith('# ')]).toEqual([200, true])
      await page.keyboard.press('Escape')
      await page.locator('#help').waitFor({ state: 'hidden' })
    }
  })

  it('leads through six steps with the real switches, and restores what it changed', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#access-value', /^Allowed$/)
    await page.click('#tour-start')
    const step = (text: RegExp) => pageText(page, '#tour-text', text)
    await step(/^One request/)
    await page.click('#tour-next')
    await step(/^The mesh now denies/)
    await pageText(page, '#state-label', /^Denied$/)
    await page.click('#tour-next')
    await step(/^The call is allowed again/)
    await pageText(page, '#verdict-text', /^Broken$/)
    await expectLayout(page, 'tour')
    await expectReflow(page, 'tour')
    await page.click('#tour-next')
    await step(/^Headers are propagated again/)
    await pollUntil(async () => ((await lab.mesh.status()).tracer === 'opentelemetry' ? undefined : true), {
      what: 'another tracer',
    })
    await page.click('#tour-next')
    await pageText(page, '#bypass-summary', /^200: counted, bypassing its sidecar/)
    // Left in the middle, it still restores everything.
    await page.click('#tour-leave')
    await pageText(page, '#access-value', /^Allowed$/)
    await pollUntil(
      async () => {
        const { access, tracer } = await lab.mesh.status()
        return access === 'allowed' && tracer === 'opentelemetry' ? true : undefined
      },
      { what: 'the mesh as it was', deadline: 15_000 },
    )
    await pageText(page, '#propagation-value', /^On$/)
    expect(tab.errors).toEqual([])
  })
})
