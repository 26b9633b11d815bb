import fs from 'node:fs'
import { createRequire } from 'node:module'
import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { count } from '../support/count.ts'
import { openPage, requireBrowser } from '../support/browser.ts'
import { switchAccess } from '../support/page-text.ts'
import { startLab } from '../support/start-lab.ts'

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Waits until the element has the expected text, and returns it. */
function text(page: Page, selector: string, pattern: RegExp): Promise<string> {
  return pollUntil(
    async () => {
      const now = (await page.textContent(selector)) ?? ''
      return pattern.test(now) ? now : undefined
    },
    { deadline: 15_000, what: `${selector} to match ${pattern}` },
  )
}

it('shows the count, the whole trace, a denial and its end, and an unreachable dashboard', async (context) => {
  const browser = requireBrowser(context)
  await using lab = await startLab({ tracer: 'opentelemetry' })
  await using tab = await openPage(browser, lab.dashboardUrl)
  const { page } = tab

  await text(page, '#state-label', /^Connected$/)
  const first = Number(await text(page, '#count', /^\d+$/))
  await text(page, '#count', new RegExp(`^(?!${first}$)\\d+$`))
  expect(Number(await page.textContent('#count'))).toBeGreaterThan(first)
  expect(await page.textContent('#hostname')).not.toBe('–')

  const rows = await pollUntil(
    async () => {
      const found = await page.locator('#rows tr').allInnerTexts()
      return found.length === 5 ? found : undefined
    },
    { deadline: 15_000, what: 'five hops in the waterfall' },
  )
  expect(rows.map((row) => row.split('\n')[0])).toEqual([
    'dashboard',
    'dashboard',
    'dashboard-sidecar',
    'counting-sidecar',
    'counting',
  ])
  expect(await page.getAttribute('#open', 'href')).toContain(await page.getAttribute('#trace-id', 'title'))

  await switchAccess(page)
  await text(page, '#state-label', /^Denied$/)
  await text(page, '#reason', /RBAC: access denied/)
  expect((await count(lab)).state).toBe('denied')
  await switchAccess(page)
  await text(page, '#state-label', /^Connected$/)

  await page.selectOption('#tracer', 'zipkin')
  await pollUntil(async () => ((await lab.mesh.status()).tracer === 'zipkin' ? true : undefined), {
    deadline: 15_000,
    what: 'the tracer that was chosen on the page',
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion: a colour in transition has no contrast to measure.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The page's own policy forbids inline scripts, so axe is injected through the debugger.
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
      `${axe}; axe.run()`,
    )
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  }

  await lab.stop()
  await text(page, '#state-label', /^Disconnected$/)
  expect(tab.errors).toEqual([])
}, 120_000)
