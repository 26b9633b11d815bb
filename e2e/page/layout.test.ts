import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { choose, pageText, switchAccess } from '../support/page-text.ts'
import { startDashboard } from '../support/start-dashboard.ts'
import { startLab } from '../support/start-lab.ts'
import { startStage } from '../support/start-stage.ts'

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What a reader would complain of, by bounding boxes: parts that lie on one another, text that is cut off, anything
 * that sticks out of the window. Text that is meant to be shortened shows an ellipsis and is left out.
 */
const findFaults = `(() => {
  const faults = []
  const name = (e) => (e.id ? '#' + e.id : e.tagName.toLowerCase() + '.' + e.getAttribute('class')) + ' ' + (e.textContent || '').trim().slice(0, 30)
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest('.visually-hidden, .sprite')
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth > width) faults.push('the page scrolls sideways')
  const count = document.querySelector('#count')
  const boxes = [[count, count.getBoundingClientRect()]]
  const texts = [...document.querySelectorAll('body *')].filter((e) => seen(e) && !e.closest('svg, option, .requests, #count') && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  for (const e of texts) {
    const range = document.createRange()
    range.selectNodeContents(e)
    const whole = e.tagName === 'SELECT' || e.tagName === 'BUTTON'
    // Text that wraps has a box for each line; the box around them all would cover its neighbours.
    const lines = (whole ? [e.getBoundingClientRect()] : [...range.getClientRects()]).filter((box) => box.width > 0)
    if (lines.some((box) => box.left < -1 || box.right > width + 1)) faults.push('outside the window: ' + name(e))
    const style = getComputedStyle(e)
    if (style.textOverflow !== 'ellipsis' && style.overflow !== 'visible' && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) faults.push('cut off: ' + name(e))
    for (const box of lines) boxes.push([e, box])
  }
  for (const [i, [a, x]] of boxes.entries()) for (const [b, y] of boxes.slice(i + 1)) {
    if (a.contains(b) || b.contains(a)) continue
    const across = Math.min(x.right, y.right) - Math.max(x.left, y.left)
    const down = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top)
    // Line boxes are taller than their letters.
    if (across > 1.5 && down > 4) faults.push('on one another: ' + name(a) + ' | ' + name(b))
  }
  return faults
})()`

const sizes = [
  [360, 740],
  [768, 1024],
  [1280, 800],
  [3840, 2160],
] as const

async function expectOrder(page: Page, when: string): Promise<void> {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height })
    const faults = await page.evaluate<string[]>(findFaults)
    expect({ when, width, faults }).toEqual({ when, width, faults: [] })
  }
  const narrow = when !== 'denied'
  for (const colorScheme of ['dark', 'light'] as const) {
    const width = narrow && colorScheme === 'light' ? 360 : 1280
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { target: string[] }[] }[] }>(
      `${axe}; axe.run()`,
    )
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
    expect({ when, width, colorScheme, found }).toEqual({ when, width, colorScheme, found: [] })
  }
}

it('at 360, 768, 1280 and 3840 pixels nothing overlaps or is clipped in any state, and axe finds nothing', async (context) => {
  const browser = requireBrowser(context)
  const faults = { FAULTS: 'on' }
  await using lab = await startLab({ dashboardEnv: faults, countingEnv: faults })
  await using tab = await openPage(browser, 'about:blank')
  const { page } = tab
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(lab.dashboardUrl)
  await pageText(page, '#trace-summary', /^5 spans/)
  await expectOrder(page, 'connected')
  await page.click('#checks-run')
  await pageText(page, '#checks-note', /^6 checks/)
  await page.locator('#rows button').last().click()
  await expectOrder(page, 'everything open')
  await page.click('#propagation')
  await pageText(page, '#verdict-text', /^Broken$/)
  await expectOrder(page, 'broken')
  await page.click('#propagation')
  await switchAccess(page)
  await pageText(page, '#state-meaning', /^counting-sidecar refused/)
  await expectOrder(page, 'denied')
  await switchAccess(page)
  await page.selectOption('#fault', 'trickle:3000')
  await pageText(page, '#state-label', /^Unreachable$/)
  await expectOrder(page, 'unreachable')
  await lab.stop()
  await pageText(page, '#state-label', /^Disconnected$/)
  await expectOrder(page, 'disconnected')
  expect(tab.errors).toEqual([])
}, 120_000)

it('in a cluster, where the page has no switches, it shows the commands, in order too', async (context) => {
  await using dashboard = await startDashboard({
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    COUNTING_SERVICE_URL: 'http://127.0.0.1:1',
  })
  await using tab = await openPage(requireBrowser(context), dashboard.url)
  const { page } = tab
  await pageText(page, '#state-label', /^Unreachable$/)
  await page.waitForSelector('#cluster-note')
  expect(await page.locator('#cluster-note .command code').allInnerTexts()).toEqual([
    expect.stringContaining('charts/consul'),
    expect.stringContaining('charts/istio'),
  ])
  expect(await page.locator('#controls, #faults').filter({ visible: true }).count()).toBe(0)
  await expectOrder(page, 'in a cluster')
})

it('with settings and a bypass of the sidecar, at rest, under change, failed and disputed, too', async (context) => {
  await using lab = await startStage({ FAULTS: 'on' })
  await using tab = await openPage(requireBrowser(context), lab.url)
  const { page } = tab
  await pageText(page, '#setting-0-effect', /^Every call/)
  await expectOrder(page, 'settings')
  let open = (): void => {}
  lab.stage.before = new Promise((resolve) => (open = resolve))
  await choose(page, 'Deny')
  await pageText(page, '#setting-0-effect', /^Switching/)
  await expectOrder(page, 'under change')
  open()
  await pageText(page, '#state-label', /^Denied$/)
  await page.click('#bypass-try')
  await pageText(page, '#bypass-said', /^200/)
  await expectOrder(page, 'bypassed')
  lab.stage.closed = true
  await pageText(page, '#bypass-state', /^Closed$/)
  await page.click('#bypass-try')
  await pageText(page, '#bypass-dispute', /^The mesh says/)
  lab.stage.failure = new Error('counting-sidecar took no configuration within 5 s')
  await choose(page, 'Permissive')
  await pageText(page, '#control-error', /^The mesh did not switch/)
  await expectOrder(page, 'disputed')
  expect(tab.errors).toEqual([])
}, 120_000)
