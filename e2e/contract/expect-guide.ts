import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { choose, pageText, switchAccess } from '../support/page-text.ts'

/** What guide 04 says about the page, beside what the other guides say about every mesh. */
export async function expectConsulGuide(page: Page): Promise<void> {
  await pageText(page, '#state-label', /^Connected$/)
  const ui = await fetch((await page.locator('#facts a', { hasText: 'Consul' }).getAttribute('href')) ?? '')
  expect([ui.status, await ui.text()]).toEqual([200, expect.stringContaining('Consul')])
  await set(page, 'tcp')
  await page.click('#send')
  await pageText(page, '#trace-label', /^Your request$/)
  // The apps' own: the sidecars see bytes.
  await pageText(page, '#trace-summary', /^3 spans/)
  await pageText(page, '#verdict-text', /^Apps only$/)
  await switchAccess(page)
  await pageText(page, '#state-label', /^Unreachable$/)
  await pageText(page, '#reason', /a TCP-level denial, a port that wants mTLS and a crash look the same/)
  await set(page, 'http')
  await pageText(page, '#state-label', /^Denied$/)
  await switchAccess(page)
  await pageText(page, '#state-label', /^Connected$/)
}

/** The same for guide 05, with each pod in a network namespace. */
export async function expectIstioGuide(page: Page): Promise<void> {
  await pageText(page, '#state-label', /^Connected$/)
  await set(page, 'DISABLE')
  await pageText(page, '#state-label', /^Unreachable$/)
  await pageText(page, '#reason', /answered 503: .*reset reason: connection termination/)
  await set(page, 'none')
  await pageText(page, '#state-label', /^Connected$/)
  await pageText(page, '#bypass-state', /^Closed$/)
  await set(page, 'permissive')
  await pageText(page, '#bypass-state', /^Closed$/)
  await set(page, 'GET from any caller')
  await pageText(page, '#bypass-state', /^Open$/)
  await set(page, 'GET / from the dashboard')
  await set(page, 'strict')
  await pageText(page, '#bypass-state', /^Closed$/)
  expect(await page.locator('#tracer option').allInnerTexts()).toEqual(
    expect.arrayContaining(['opentelemetry', 'zipkin-w3c', 'zipkin', 'none']),
  )
  for (const share of ['100 %', '10 %', '0 %']) await page.getByRole('radio', { name: share, exact: true }).waitFor()
}

/** Chooses, and waits until it is in force: input during a change is ignored. */
async function set(page: Page, label: string): Promise<void> {
  await page.locator('#access[aria-disabled=false]').waitFor()
  await choose(page, label)
  await page.getByRole('radio', { name: label, exact: true, checked: true }).waitFor()
}
