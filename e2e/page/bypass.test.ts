import { describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { choose, pageText } from '../support/page-text.ts'
import { startStage } from '../support/start-stage.ts'

describe('the bypass of the sidecar', () => {
  it('is reported open, and a probe proves it in one sentence', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, '#bypass-state', /^Open$/)
    await pageText(page, '#bypass-reason', /^Counting listens on 0\.0\.0\.0\.$/)
    expect(await page.textContent('#bypass-address')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await choose(page, 'Deny')
    await pageText(page, '#setting-0-effect', /^Calls are refused/)
    await page.click('#bypass-probe')
    await pageText(page, '#bypass-summary', /^200: counted, bypassing its sidecar, while the rule says denied\.$/)
    await pageText(page, '#bypass-note', /^Probed at \d/)
    expect(await page.textContent('#bypass-dispute')).toBe('')
    // The sentence is about that rule, and disappears with another rule.
    await choose(page, 'Allow')
    await pageText(page, '#bypass-summary', /^$/)
    await pageText(page, '#bypass-note', /^The mesh has changed: probe again\.$/)
    expect(tab.errors).toEqual([])
  })

  it('is reported closed, and a probe proves it', async (context) => {
    await using lab = await startStage()
    Object.assign(lab.stage, { closed: true, bypassAnswer: 'tcp' })
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, '#bypass-state', /^Closed$/)
    await page.click('#bypass-probe')
    await pageText(page, '#bypass-summary', /^No bypass: connection reset: a TCP-level denial/)
    expect(await page.textContent('#bypass-dispute')).toBe('')
  })

  it.for([
    [true, 'allow', /^The mesh says that the bypass is closed \(A packet filter .*\), but it is open/],
    [false, 'tcp', /^The mesh says that the bypass is open \(.*\), but the dashboard did not get through/],
  ] as const)(
    'is disputed when the mesh reports closed: %s and the probe finds %s',
    async ([closed, bypassAnswer, words], context) => {
      await using lab = await startStage()
      Object.assign(lab.stage, { closed, bypassAnswer })
      await using tab = await openPage(requireBrowser(context), lab.url)
      const { page } = tab
      await pageText(page, '#bypass-state', /^(Open|Closed)$/)
      await page.click('#bypass-probe')
      await pageText(page, '#bypass-dispute', words)
      await pageText(page, '#bypass-state', /^Mesh and probe disagree$/)
      expect(await page.getAttribute('#bypass-dispute', 'role')).toBe('alert')
    },
  )

  it('has no button when the dashboard has no address to probe', async (context) => {
    await using lab = await startStage({ COUNTING_BYPASS_URL: '' })
    await using tab = await openPage(requireBrowser(context), lab.url)
    await pageText(tab.page, '#bypass-reason', /COUNTING_BYPASS_URL is not set\.$/)
    expect(await tab.page.locator('#bypass-probe').isHidden()).toBe(true)
  })
})

it('links the pages of the mesh, and only http links', async (context) => {
  await using lab = await startStage()
  await using tab = await openPage(requireBrowser(context), lab.url)
  const link = tab.page.locator('#facts a')
  await link.first().waitFor()
  expect(await link.count()).toBe(1)
  expect(await link.innerText()).toBe('Mesh UI')
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
  expect(await link.getAttribute('href')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ui$/)
})
