import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'

/** Waits until the element's text is what it should be, and gives it. */
export function pageText(page: Page, selector: string, wanted: RegExp): Promise<string> {
  return pollUntil(
    async () => {
      const now = (await page.textContent(selector)) ?? ''
      return wanted.test(now) ? now : undefined
    },
    { deadline: 30_000, what: `${selector} to match ${wanted}` },
  )
}

/** Uses the switch once the page knows what the mesh does; until then it takes no click. */
export async function switchAccess(page: Page): Promise<void> {
  await pageText(page, '#access-value', /^(Allowed|Denied)$/)
  await page.click('#access')
}

/** Chooses one of the choices of a setting of the mesh. They are checked once the mesh says so, not by the click. */
export async function choose(page: Page, label: string): Promise<void> {
  await page.getByRole('radio', { name: label, exact: true }).click({ force: true })
}

/** What a copy button puts on the clipboard. */
export async function copied(page: Page, selector: string): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.click(selector)
  await pageText(page, '#announcer', /^Copied\.$/)
  return page.evaluate<string>('navigator.clipboard.readText()')
}
