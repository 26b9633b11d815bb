import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { expectAccessible, expectLayout, expectReflow } from '../support/page-layout.ts'
import { pageText } from '../support/page-text.ts'
import { startLab } from '../support/start-lab.ts'

it('breaks the trace in a chosen way, names hop, cause and fix beside it, and repairs it', async (context) => {
  await using lab = await startLab()
  await using tab = await openPage(requireBrowser(context), 'about:blank')
  const { page } = tab
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(lab.dashboardUrl)
  await pageText(page, '#trace-summary', /^5 spans/)
  await pageText(page, '#break', /nothing is broken.*The dashboard propagates nothing/)
  await expectLayout(page, 'with its switches')
  await page.selectOption('#break', 'TLV101')
  await pageText(page, '#findings-title', /^TLV101, dashboard$/)
  await pageText(page, '#findings-body', /The dashboard’s SDK has no propagators.*Cause.*Fix.*Seen/s)
  expect(
    await page.locator('#findings-body a').evaluateAll((links) => links.map((a) => a.getAttribute('href'))),
  ).toEqual((await page.locator('#findings-body').innerText()).match(/TLV\d{3}/g)?.map((id) => `/findings/${id}.md`))
  // Beside the trace, which is broken as well.
  await pageText(page, '#verdict-text', /^Broken$/)
  await expectLayout(page, 'findings')
  await expectReflow(page, 'findings')
  await expectAccessible(page, 'findings')
  // One panel at a time.
  await page.locator('#rows button').first().click()
  expect([await page.locator('#findings').isHidden(), await page.locator('#hop-detail').isVisible()]).toEqual([
    true,
    true,
  ])
  await page.click('#hop-close')
  await page.click('#verify')
  await pageText(page, '#findings-title', /^TLV101/)
  await page.click('#repair')
  await pageText(page, '#findings-progress', /^The trace is whole/)
  expect(await page.locator('#repair').isHidden()).toBe(true)
  await page.locator('#findings-close').press('Escape')
  expect(await page.locator('#findings').isHidden()).toBe(true)
  expect(await page.inputValue('#break')).toBe('')
  await pageText(page, '#verdict-text', /^Unbroken$/)
  expect(tab.errors).toEqual([])
}, 120_000)
