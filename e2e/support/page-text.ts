import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'

/** Waits until the element has the expected text, and returns it. */
export function pageText(page: Page, selector: string, pattern: RegExp): Promise<string> {
  return pollUntil(
    async () => {
      const now = (await page.textContent(selector)) ?? ''
      if (pattern.test(now)) return now
      throw new Error(`it reads ${JSON.stringify(now)}`)
    },
    { deadline: 30_000, what: `${selector} to match ${pattern}` },
  )
}

/** Uses the switch once the page knows the state of the mesh; until then it ignores clicks. */
export async function switchAccess(page: Page): Promise<void> {
  await pageText(page, '#access-value', /^(Allowed|Denied)$/)
  await page.click('#access')
}

/** Selects a choice of a mesh setting. It is checked when the mesh confirms it, not by the click. */
export async function choose(page: Page, label: string): Promise<void> {
  await page.getByRole('radio', { name: label, exact: true }).click({ force: true })
}

/** The text that a copy button puts on the clipboard. */
export async function copied(page: Page, selector: string): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.click(selector)
  await pageText(page, '#announcer', /^Copied\.$/)
  return page.evaluate<string>('navigator.clipboard.readText()')
}
