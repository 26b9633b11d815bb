import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { copied, pageText, switchAccess } from '../support/page-text.ts'
import { type MeshLab, startLab } from '../support/start-lab.ts'

/** Where the path shows that the call ended: the marked hop or connection. */
const endOf = (page: Page) =>
  page
    .locator('#path > [data-status="failed"]')
    .allInnerTexts()
    .then((texts) => texts.join().replaceAll('\n', ' '))

describe('every state of the page, from what happens on the wire', () => {
  const faults = { FAULTS: 'on' }
  let lab: MeshLab
  beforeAll(async () => void (lab = await startLab({ dashboardEnv: faults, countingEnv: faults })))
  afterAll(() => lab.stop())

  it('connected, denied by whom, and connected again, by the switch', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    await switchAccess(page)
    await pageText(page, '#state-label', /^Denied$/)
    await pageText(page, '#access-value', /^Denied$/)
    await pageText(page, '#state-meaning', /^counting-sidecar refused the call with HTTP 403/)
    expect(await endOf(page)).toMatch(/counting-sidecar/)
    const [last, since] = [await page.textContent('#count'), await page.textContent('#fact-since')]
    await page.reload()
    await pageText(page, '#state-label', /^Denied$/)
    expect([await page.textContent('#count'), await page.textContent('#fact-since')]).toEqual([last, since])
    await switchAccess(page)
    await pageText(page, '#state-label', /^Connected$/)
    expect(tab.errors).toEqual([])
  })

  it('failing and unreachable, by the page’s own faults', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    await page.selectOption('#fault', 'error:1')
    await pageText(page, '#state-label', /^Failing$/)
    await pageText(page, '#reason', /counting answered 503 TL_FAULT/)
    expect(await copied(page, '#request-curl')).toMatch(/^curl -s -H 'baggage: throughline-fault=error:1' http/)
    expect(await endOf(page)).toMatch(/^counting /)
    await page.selectOption('#fault', 'trickle:3000')
    await pageText(page, '#state-label', /^Unreachable$/)
    await pageText(page, '#reason', /no answer within 2000 ms/)
    await page.selectOption('#fault', '')
    await pageText(page, '#state-label', /^Connected$/)
  })

  it('every crash of counting that the button asks for, its restart and its recovery', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    const before = lab.pids()['counting']
    await page.click('#crash')
    await pageText(page, '#state-label', /^Unreachable$/)
    await pageText(page, '#state-label', /^Connected$/)
    const first = lab.pids()['counting']
    expect(first).not.toBe(before)
    // Those that come while it is down find no one to crash.
    for (let presses = 1; presses < 8; presses += 1) {
      await page.click('#crash')
      await page.waitForTimeout(100)
    }
    await pageText(page, '#path', /restarting in \d+ s/)
    await pageText(page, '#state-label', /^Connected$/)
    expect(lab.pids()['counting']).not.toBe(first)
    await pollUntil(async () => !(await page.textContent('#path'))?.includes('restarting'), {
      what: 'the page to show no restart',
    })
    expect(tab.errors).toEqual([])
  })

  it('a killed sidecar is shown as down, and comes back', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    process.kill(lab.pids()['dashboard-sidecar'] ?? 0, 'SIGKILL')
    await pageText(page, '#state-label', /^Unreachable$/)
    await pageText(page, '#reason', /TL_UPSTREAM_(REFUSED|RESET|PROXY)/)
    await pageText(page, '#state-label', /^Connected$/)
    expect(await pageText(page, '#path', /restarted 1×/)).toContain('ready')
  })

  it('a killed dashboard is shown as disconnected, and the page reconnects by itself', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    process.kill(lab.pids()['dashboard'] ?? 0, 'SIGKILL')
    await pageText(page, '#state-label', /^Disconnected$/)
    await pageText(page, '#state-label', /^Connected$/)
    const first = Number(await page.textContent('#count'))
    await pollUntil(async () => Number(await page.textContent('#count')) > first, { what: 'a higher count' })
    expect(tab.errors).toEqual([])
  })

  it.for(['refuses', 'holds back'])('falls back to polling when an intermediary %s streams', async (what, context) => {
    await using tab = await openPage(requireBrowser(context), 'about:blank')
    const { page } = tab
    let polls = 0
    await page.route('**/api/events*', async (route) => {
      if (what === 'refuses') await route.fulfill({ status: 502, body: 'no streams here' })
    })
    page.on('request', (request) => void (polls += Number(request.url().includes('/api/history'))))
    await page.goto(lab.dashboardUrl)
    await pageText(page, '#state-label', /^Connected$/)
    const first = Number(await page.textContent('#count'))
    await pollUntil(async () => Number(await page.textContent('#count')) > first, { what: 'a higher count' })
    expect(polls).toBeGreaterThan(1)
  })

  it('makes traffic at the chosen rate, on the server', async (context) => {
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    const counted = async () => {
      const response = await fetch(lab.countingUrl ?? '')
      return ((await response.json()) as { count: number }).count
    }
    await page.check('input[name="rate"][value="off"]')
    await pollUntil(async () => (await counted()) + 1 === (await counted()), { what: 'silence' })
    const before = await counted()
    await page.click('#burst')
    await pollUntil(async () => (await counted()) > before + 50, { what: 'a burst of fifty', deadline: 10_000 })
    await page.check('input[name="rate"][value="10"]')
    await page.goto('about:blank')
    const alone = await counted()
    await pollUntil(async () => (await counted()) > alone + 15, { what: 'traffic without a browser', deadline: 10_000 })
    await fetch(`${lab.dashboardUrl}/api/traffic`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"rate":"auto"}',
    })
    expect(tab.errors).toEqual([])
  })
})
