import { LabError } from '@throughline/lab-programs'
import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { choose, pageText } from '../support/page-text.ts'
import { startStage } from '../support/start-stage.ts'

const inForce = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('#settings input:checked')].map(({ value }) => value)`)
const RULE_EFFECT = '#setting-0-effect'

/** Records every later text of the element. */
async function watchText(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate(
    `(() => {
      const watched = document.querySelector('${selector}')
      window.texts = []
      new MutationObserver(() => window.texts.push(watched.textContent))
        .observe(watched, { childList: true, characterData: true, subtree: true })
    })()`,
  )
  return () => page.evaluate<string[]>('window.texts')
}

function openGate() {
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  return { gate, open }
}

describe('the settings of a mesh', () => {
  it('are shown with the effect of the current choice, and change the mesh', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call goes through\.$/)
    expect(await inForce(page)).toEqual(['allow', 'strict'])
    await choose(page, 'Deny')
    await pageText(page, RULE_EFFECT, /^Calls are refused with 403/)
    await pageText(page, '#state-label', /^Denied$/)
    expect(await inForce(page)).toEqual(['deny', 'strict'])
    await pageText(page, '#access-value', /^Denied$/)
    await choose(page, 'Deny on TCP')
    await pageText(page, '#state-label', /^Unreachable$/)
    await pageText(page, '#reason', /^connection reset: a TCP-level denial, .* look the same \(TL_UPSTREAM_RESET\)$/)
    expect(tab.errors).toEqual([])
  })

  it('show only what is in force, and ignore input during a change', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    const { gate, open } = openGate()
    lab.stage.before = gate
    await choose(page, 'Deny')
    await pageText(page, RULE_EFFECT, /^Switching to “Deny”…$/)
    expect(await inForce(page)).toEqual(['allow', 'strict'])
    expect(await page.getByRole('radio', { name: 'Permissive' }).getAttribute('aria-disabled')).toBe('true')
    expect(await page.getAttribute('#access', 'aria-disabled')).toBe('true')
    await choose(page, 'Permissive')
    expect(await inForce(page)).toEqual(['allow', 'strict'])
    open()
    await pageText(page, RULE_EFFECT, /^Calls are refused/)
    expect(await inForce(page)).toEqual(['deny', 'strict'])
    expect(lab.stage.settings[1]?.value).toBe('strict')
  })

  it('say why a change failed, and still show what is in force', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    lab.stage.failure = new LabError('TL_MESH_UPDATE_TIMEOUT', 'counting-sidecar took nothing within 5 s')
    await choose(page, 'Deny')
    await pageText(page, '#control-error', /^The mesh did not switch: counting-sidecar took nothing .*TL_MESH_UPDATE_/)
    expect(await inForce(page)).toEqual(['allow', 'strict'])
    await pageText(page, RULE_EFFECT, /^Every call/)
    lab.stage.failure = undefined
    await choose(page, 'Deny')
    await pageText(page, RULE_EFFECT, /^Calls are refused/)
    expect(await page.textContent('#control-error')).toBe('')
  })

  it('are chosen with the keyboard: arrows move, space and enter choose, and the focus stays', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    const focused = () => page.evaluate<string>('document.activeElement.value')
    await page.locator('#settings-panel .help').focus()
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('allow')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await focused()).toBe('allow')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect([await focused(), lab.stage.settings[0]?.value]).toEqual(['deny', 'allow'])
    await page.keyboard.press('Space')
    await pageText(page, RULE_EFFECT, /^Calls are refused/)
    await pageText(page, '#announcer', /Deny|Denied/)
    expect(await focused()).toBe('deny')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await pageText(page, RULE_EFFECT, /^Every call/)
    expect(await focused()).toBe('allow')
    const group = page.getByRole('radiogroup', { name: 'Rule for dashboard → counting' })
    expect(await group.getAttribute('aria-describedby')).toBe('setting-0-effect')
  })

  it('follow changes from elsewhere, and claim nothing when the mesh does not answer', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    const [rule, mtls] = lab.stage.settings
    if (rule) rule.value = 'deny'
    await pageText(page, RULE_EFFECT, /^Calls are refused/)
    if (mtls) mtls.value = 'gone'
    await pageText(page, '#setting-1-effect', /^In force: “gone”/)
    expect(await inForce(page)).toEqual(['deny'])
    await lab.silence()
    await pageText(page, RULE_EFFECT, /^Unknown: the mesh does not answer\.$/)
    expect(await inForce(page)).toEqual([])
  })

  it('disappear when the mesh no longer has any', async (context) => {
    await using lab = await startStage()
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    lab.stage.settings.splice(0)
    await page.locator('#settings').waitFor({ state: 'hidden' })
    expect(await page.locator('#settings input').count()).toBe(0)
  })
})

describe('just after a change', () => {
  it('one stale 200 does not flash, but is in the list of requests', async (context) => {
    await using lab = await startStage({ TRAFFIC: '10' })
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, '#state-label', /^Connected$/)
    await pageText(page, RULE_EFFECT, /^Every call/)
    const { gate, open } = openGate()
    lab.stage.after = gate
    const states = await watchText(page, '#state-label')
    await choose(page, 'Deny')
    await pageText(page, '#state-label', /^Denied$/)
    lab.stage.stale.push('allow')
    await pollUntil(() => (lab.stage.stale.length === 0 ? true : undefined), { what: 'the stale answer to be served' })
    open()
    await pageText(page, RULE_EFFECT, /^Calls are refused/)
    lab.stage.stale.push('allow')
    const before = lab.stage.requests
    await pollUntil(() => (lab.stage.requests > before + 5 ? true : undefined), { what: 'some more requests' })
    expect(await states()).toEqual(['Denied'])
    expect((await page.locator('#requests').innerText()).match(/Connected/g)?.length).toBeGreaterThanOrEqual(1)
  })

  it('ignores a status requested before the change, however late it arrives', async (context) => {
    await using lab = await startStage({ TRAFFIC: 'off' })
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    const held = openGate()
    let [isHeld, isReleased] = [false, false]
    await page.route('**/api/mesh/status', async (route) => {
      if (isHeld) return await route.continue()
      isHeld = true
      const old = await route.fetch()
      await held.gate
      await route.fulfill({ response: old })
      isReleased = true
    })
    await pollUntil(() => isHeld, { what: 'a status that is held back' })
    const effects = await watchText(page, RULE_EFFECT)
    await choose(page, 'Deny')
    await pageText(page, RULE_EFFECT, /^Calls are refused/)
    held.open()
    await pollUntil(() => isReleased, { what: 'the old status to arrive' })
    await page.waitForResponse('**/api/mesh/status')
    expect(new Set(await effects())).toEqual(new Set(['Switching to “Deny”…', expect.stringMatching(/^Calls are/)]))
  })

  it('sends a request, and another when the answer contradicts the rule', async (context) => {
    await using lab = await startStage({ TRAFFIC: 'off' })
    await using tab = await openPage(requireBrowser(context), lab.url)
    const { page } = tab
    await pageText(page, RULE_EFFECT, /^Every call/)
    await fetch(`${lab.url}/api/traffic/once`, { method: 'POST' })
    await pageText(page, '#state-label', /^Connected$/)
    lab.stage.staleAfterChange = 1
    const before = lab.stage.requests
    await choose(page, 'Deny')
    await pageText(page, '#state-label', /^Denied$/)
    expect(lab.stage.requests - before).toBe(2)
  })
})
