import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { expectEveryState } from '../support/expect-every-state.ts'
import { expectAccessible, expectLayout, expectReflow } from '../support/page-layout.ts'
import { choose, pageText } from '../support/page-text.ts'
import { startService } from '../support/start-service.ts'
import { startLab } from '../support/start-lab.ts'
import { startStage } from '../support/start-stage.ts'

it('shows cause and effect on one screen in every state, with nothing overlapping or cut off', async (context) => {
  const browser = requireBrowser(context)
  const faults = { FAULTS: 'on' }
  await using lab = await startLab({ dashboardEnv: faults, countingEnv: faults })
  await using tab = await openPage(browser, 'about:blank')
  await expectEveryState(lab, tab.page, { spans: 5, accessible: true })
  expect(tab.errors).toEqual([])
}, 240_000)

it('shows the commands instead of switches in a cluster', async (context) => {
  await using dashboard = await startService('dashboard', {
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
  expect(await page.locator('#controls, #tracer-controls, #faults').filter({ visible: true }).count()).toBe(0)
  await expectLayout(page, 'in a cluster')
  await expectReflow(page, 'in a cluster')
  await expectAccessible(page, 'in a cluster')
})

it('keeps its layout with settings and a bypass: idle, changing, failed and disputed', async (context) => {
  await using lab = await startStage({ FAULTS: 'on' })
  await using tab = await openPage(requireBrowser(context), lab.url)
  const { page } = tab
  await pageText(page, '#setting-0-effect', /^Every call/)
  await expectLayout(page, 'settings')
  await expectReflow(page, 'settings')
  await expectAccessible(page, 'settings')
  let open = (): void => {}
  lab.stage.before = new Promise((resolve) => (open = resolve))
  await choose(page, 'Deny')
  await pageText(page, '#setting-0-effect', /^Switching/)
  await expectLayout(page, 'under change')
  await expectAccessible(page, 'under change')
  open()
  await pageText(page, '#state-label', /^Denied$/)
  await page.click('#bypass-probe')
  await pageText(page, '#bypass-summary', /^200/)
  await expectLayout(page, 'bypassed')
  await expectReflow(page, 'bypassed')
  await expectAccessible(page, 'bypassed')
  lab.stage.closed = true
  await pageText(page, '#bypass-state', /^Closed$/)
  await page.click('#bypass-probe')
  await pageText(page, '#bypass-dispute', /^The mesh says/)
  lab.stage.failure = new Error('counting-sidecar took no configuration within 5 s')
  await choose(page, 'Permissive')
  await pageText(page, '#control-error', /^The mesh did not switch/)
  await expectLayout(page, 'disputed')
  await expectReflow(page, 'disputed')
  await expectAccessible(page, 'disputed')
  expect(tab.errors).toEqual([])
}, 120_000)

const reasons = {
  'an unbreakable name': 'it has no listener public_listener:0.0.0.0:20000_of_counting_in_default',
  'many words': 'Proto constraint validation failed (HttpConnectionManager.StatPrefix: must have a value). '
    .repeat(3)
    .trim(),
}

it.for(Object.entries(reasons))(
  'keeps its layout when a sidecar has a reason of %s, and tells all of it',
  { timeout: 60_000 },
  async ([, reason], context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    lab.stage.sidecars = {
      'dashboard-sidecar': { state: 'rejected', reason, restarts: 12 },
      'counting-sidecar': { state: 'starting', reason, restarts: 1 },
    }
    await pageText(page, '#path', /starting, restarted 1×: /)
    await expectLayout(page, 'long reason')
    await expectReflow(page, 'long reason')
    await expectAccessible(page, 'long reason')
    await page.click('#path [data-sidecar] .term-long >> nth=1')
    expect(await page.innerText('#help-whole')).toBe(`starting, restarted 1×: ${reason}`)
    expect(tab.errors).toEqual([])
  },
)
