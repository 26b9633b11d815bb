import { pollUntil } from '@throughline/lab-testkit'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible, expectLayout, expectReflow } from './page-layout.ts'
import { pageText, switchAccess } from './page-text.ts'
import type { MeshLab } from './start-lab.ts'

export interface PageExpectations {
  /** Where the browser opens the page, default the dashboard. */
  url?: string
  /** Spans of a request of the browser. */
  spans: number
  /** Run axe and enlarge text in the states as well; the page is the same under every mesh. Default false. */
  accessible?: boolean
  /** The program that configures the sidecars: its process, and its name on the page. Absent where files do. */
  controlPlane?: { process: string; name: string } | undefined
}

/**
 * The page of a lab, led through every state by its own switches and by signals to real processes: cause and effect on
 * one screen at every size, accessible, and each sidecar with the state that the mesh reports. Services run with
 * `FAULTS=on`.
 */
export async function expectEveryState(lab: MeshLab, page: Page, expected: PageExpectations): Promise<void> {
  const { accessible = false, controlPlane, url = lab.dashboardUrl } = expected
  const looks = async (when: string, width = 1280): Promise<void> => {
    await expectLayout(page, when)
    if (!accessible) return
    await expectReflow(page, when)
    await expectAccessible(page, when, width)
  }
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(url)
  const sendOne = (spans: number) => sendRequest(page, spans)
  await pageText(page, '#state-label', /^Connected$/)
  // The dashboard's own requests enter behind its inbound sidecar.
  await pageText(page, '#trace-summary', /^5 spans/)
  await sendOne(expected.spans)
  expect(await rolesOf(page)).toEqual(rolesFor(expected.spans))
  await expectSidecars(page, lab)
  await looks('connected')
  await page.click('#checks-run')
  await pageText(page, '#checks-note', /^\d+ checks/)
  await page.locator('#rows button').last().click()
  await looks('everything open', 360)
  await page.click('#hop-close')

  await page.click('#propagation')
  await pageText(page, '#verdict-text', /^Broken$/)
  await looks('broken')
  await page.click('#propagation')
  await switchAccess(page)
  await pageText(page, '#state-label', /^Denied$/)
  await sendOne(expected.spans - 1)
  await pageText(page, '#state-meaning', /^counting-sidecar refused/)
  await looks('denied', 360)
  await switchAccess(page)
  await pageText(page, '#state-label', /^Connected$/)
  await page.selectOption('#fault', 'error:1')
  await pageText(page, '#state-label', /^Failing$/)
  await looks('failing')
  await page.selectOption('#fault', 'trickle:3000')
  await pageText(page, '#state-label', /^Unreachable$/)
  await looks('unreachable')
  await page.selectOption('#fault', '')
  await pageText(page, '#state-label', /^Connected$/)

  if (controlPlane !== undefined) {
    await using _down = keepDown(lab, controlPlane.process)
    await pageText(page, '#path', new RegExp(`ready: ${controlPlane.name} is down`))
    await looks(`${controlPlane.name} is down`)
  }
  process.kill(lab.pids()['counting-sidecar'] ?? 0, 'SIGKILL')
  await pageText(page, '#path', /counting-sidecar.*restarted \d+×/)
  await pageText(page, '#state-label', /^Connected$/)
  await looks('restarted')

  const dashboard = lab.pids()['dashboard'] ?? 0
  process.kill(dashboard, 'SIGSTOP')
  try {
    await pageText(page, '#state-label', /^Disconnected$/)
    await looks('disconnected')
  } finally {
    process.kill(dashboard, 'SIGCONT')
  }
  await pageText(page, '#state-label', /^Connected$/)
}

/**
 * The page at an address, with a request of this many spans: cause and effect on one screen, and each row named for what
 * its process is.
 */
export async function expectOneScreen(page: Page, url: string, spans: number): Promise<void> {
  await page.goto(url)
  await pageText(page, '#state-label', /^Connected$/)
  await sendRequest(page, spans)
  expect(await rolesOf(page)).toEqual(rolesFor(spans))
  await expectLayout(page, `${spans} rows`)
}

async function sendRequest(page: Page, spans: number): Promise<void> {
  await page.click('#send')
  await pageText(page, '#trace-label', /^Your request$/)
  await pageText(page, '#trace-summary', new RegExp(`^${spans} spans`))
}

/** What each row says its process is. */
async function rolesOf(page: Page): Promise<string[]> {
  const details = await page.locator('#rows .detail').allTextContents()
  return details.map((detail) => detail.split(' ')[0] ?? '')
}

/** A gateway has a span for each of its sides; a request may enter through a sidecar, or at the application. */
function rolesFor(spans: number): string[] {
  return [...['gateway', 'gateway', 'sidecar'].slice(8 - spans), 'app', 'app', 'sidecar', 'sidecar', 'app']
}

/** Each sidecar that the mesh reports is a hop of the path, with its state; an application that is ready says nothing. */
async function expectSidecars(page: Page, lab: MeshLab): Promise<void> {
  expect(await page.locator('#path').innerText()).not.toMatch(/starting|down/)
  const { sidecars } = await lab.mesh.status()
  for (const { name } of sidecars) await pageText(page, '#path', new RegExp(`${name}.*ready`))
  expect(await page.locator('#path .hop-sidecar [data-sidecar=ready]').count()).toBeGreaterThanOrEqual(sidecars.length)
}

/** Kills a program whenever its supervisor has started it. */
function keepDown(lab: MeshLab, name: string): AsyncDisposable {
  const kill = (): void => {
    const pid = lab.pids()[name]
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }
  kill()
  const timer = setInterval(kill, 50)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await pollUntil(
        async () => {
          const { sidecars } = await lab.mesh.status()
          return sidecars.every(({ state, reason }) => state === 'ready' && reason === undefined) ? true : undefined
        },
        { deadline: 40_000, what: `${name} to be back` },
      )
    },
  }
}
