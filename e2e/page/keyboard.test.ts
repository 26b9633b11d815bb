import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { startLab } from '../support/start-lab.ts'

/** Presses Tab until the focus is on the control with this role and accessible name, visibly. */
async function tabTo(page: Page, role: 'button' | 'switch' | 'combobox', name: string | RegExp): Promise<void> {
  const control = page.getByRole(role, { name, exact: true })
  for (let presses = 0; presses < 100; presses += 1) {
    await page.keyboard.press('Tab')
    if (await control.evaluate((element) => element.matches(':focus-visible'))) return
  }
  throw new Error(`100 times Tab do not lead to the ${role} ${name}`)
}

it('tells its story by keyboard alone: send, deny, break, repair, tour', async (context) => {
  await using lab = await startLab({ dashboardEnv: { TRAFFIC: 'off' } })
  await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
  const { page } = tab
  const press = async (
    key: string,
    ...control: Parameters<typeof tabTo> extends [Page, ...infer Rest] ? Rest : never
  ) => {
    await tabTo(page, ...control)
    await page.keyboard.press(key)
  }
  const send = () => press('Enter', 'button', 'Send one request')
  await pageText(page, '#access-value', /^Allowed$/)
  await send()
  await pageText(page, '#trace-label', /^Your request$/)
  await pageText(page, '#trace-summary', /^5 spans/)
  await press('Space', 'switch', 'dashboard may call counting')
  await pageText(page, '#state-label', /^Denied$/)
  await page.keyboard.press('Space')
  await pageText(page, '#state-label', /^Connected$/)
  // A letter chooses what begins with it.
  await press('T', 'combobox', /^(Break it|Verify the trace)/)
  await pageText(page, '#findings-title', /^TLV101, dashboard$/)
  await press('Enter', 'button', 'Repair')
  await pageText(page, '#findings-progress', /^The trace is whole/)
  await page.keyboard.press('Escape')
  await press('Enter', 'button', 'Tour')
  await pageText(page, '#tour-text', /^One request/)
  await press('Enter', 'button', 'Next')
  await pageText(page, '#tour-text', /^The mesh now denies/)
  await press('Enter', 'button', 'Leave')
  await pollUntil(async () => ((await lab.mesh.status()).access === 'allowed' ? true : undefined), {
    what: 'the rule as it was',
    deadline: 15_000,
  })
  expect(tab.errors).toEqual([])
}, 120_000)
