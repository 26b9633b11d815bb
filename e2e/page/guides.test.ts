import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText, switchAccess } from '../support/page-text.ts'
import { startLab } from '../support/start-lab.ts'

const guide = (name: string): string =>
  fs.readFileSync(path.join(import.meta.dirname, '../../docs/guides', `${name}.md`), 'utf8')

/** The shell blocks of a guide. */
const commandsOf = (name: string): string[] =>
  [...guide(name).matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)

/** The cells of each row of the first table of a guide. */
const rowsOf = (name: string): string[][] =>
  guide(name)
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

describe('what the guides say about the page', () => {
  it('the demo script: each click shows what its row promises', async (context) => {
    const faults = { FAULTS: 'on' }
    await using lab = await startLab({ countingEnv: faults, dashboardEnv: faults })
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    const state = (label: RegExp) => pageText(page, '#state-label', label)
    const send = async (verdict: RegExp, spans: RegExp) => {
      await page.click('#send')
      await pageText(page, '#trace-label', /^Your request$/)
      await pageText(page, '#verdict-text', verdict)
      await pageText(page, '#trace-summary', spans)
    }
    const clicks: Record<string, () => Promise<unknown>> = {
      'the path, a count that grows': async () => {
        await pageText(page, '#path', /dashboard.*mTLS.*counting/s)
        const before = await pageText(page, '#count', /\d/)
        await pageText(page, '#count', new RegExp(`^(?!${before}$)\\d+$`))
      },
      'five spans, one trace id': async () => {
        await send(/^Unbroken$/, /^5 spans/)
        await page.locator('#rows button').first().click()
        await pageText(page, '#hop-title', /dashboard/)
        await page.click('#hop-close')
      },
      '**denied**, 403 `RBAC: access denied`, and no span of counting': async () => {
        await switchAccess(page)
        await state(/^Denied$/)
        await pageText(page, '#reason', /RBAC: access denied/)
        await pageText(page, '#fact-status', /^HTTP 403$/)
        await send(/^Unbroken$/, /^4 spans/)
      },
      'connected again': async () => {
        await switchAccess(page)
        await state(/^Connected$/)
      },
      'the bypass, open or closed, and why': async () => {
        await page.click('#checks-run')
        await pageText(page, '#checks', /200: counted, bypassing its sidecar/)
        await pageText(page, '#bypass-reason', /\w/)
      },
      'the trace ends at the dashboard; the page names the hop': async () => {
        await page.click('#propagation')
        await pageText(page, '#verdict-text', /^Broken$/)
        await pageText(page, '#problems', /dashboard/)
      },
      'one trace': async () => {
        await page.click('#propagation')
        await pageText(page, '#propagation-value', /^On$/)
        await send(/^Unbroken$/, /^5 spans/)
      },
      'still one trace': async () => {
        await page.selectOption('#tracer', 'zipkin')
        await pollUntil(async () => ((await lab.mesh.status()).tracer === 'zipkin' ? true : undefined), {
          what: 'the tracer zipkin',
        })
        await send(/^Unbroken$/, /^5 spans/)
      },
      'the command below, in a second terminal': async () => {},
    }
    for (const [, , , , see = ''] of rowsOf('demo-script')) {
      expect(Object.keys(clicks)).toContain(see)
      await clicks[see]?.()
    }
    expect(tab.errors).toEqual([])
  })

  it('02: its commands, pasted together, print a trace of five spans, and the page draws five', async (context) => {
    await using lab = await startLab()
    const script = (commandsOf('02-see-a-trace')[0] ?? '')
      .replaceAll('http://localhost:9002', lab.dashboardUrl)
      .replaceAll('http://localhost:16686', lab.queryUrl)
    const { stdout: printed } = await promisify(execFile)('bash', ['-c', script])
    const [trace] = (JSON.parse(printed) as { data: { spans: unknown[] }[] }).data
    expect(trace?.spans).toHaveLength(5)
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    await tab.page.click('#send')
    await pageText(tab.page, '#trace-label', /^Your request$/)
    await pageText(tab.page, '#trace-summary', /^5 spans/)
    expect(tab.errors).toEqual([])
  })

  it.for([
    {
      claim: '03: without propagators the page says where the trace ends',
      env: { OTEL_PROPAGATORS: 'none' },
      said: { '#verdict-text': /^Broken$/, '#problems': /counting.*trace/ },
      hops: 'dashboard,dashboard',
    },
    {
      claim: '03: without the SDK the page shows the sidecars’ spans, by the trace id in the headers',
      env: { OTEL_SDK_DISABLED: 'true' },
      said: { '#verdict-text': /^Unbroken$/, '#trace-summary': /^2 spans/ },
      hops: 'dashboard-sidecar,counting-sidecar',
    },
  ])('$claim', async ({ env, said, hops }, context) => {
    const [name, value] = Object.entries(env)[0] ?? []
    expect(guide('03-break-propagation')).toContain(`${name}=${value} npm run demo`)
    await using lab = await startLab({ countingEnv: env, dashboardEnv: env })
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    for (const [part, text] of Object.entries(said)) await pageText(tab.page, part, text)
    expect((await tab.page.locator('#rows .service').allInnerTexts()).join()).toBe(hops)
    expect(tab.errors).toEqual([])
  })

  it('07: apps of one format under sidecars of another, and what the page offers instead', async (context) => {
    const env = { OTEL_PROPAGATORS: 'tracecontext' }
    const rows = [...guide('07-compose').matchAll(/^\| `([\w-]+)` \| `tracecontext` \| (.*) \|$/gm)]
    expect(rows.length).toBeGreaterThan(2)
    await using lab = await startLab({ tracer: 'none', countingEnv: env, dashboardEnv: { ...env, TRAFFIC: 'off' } })
    await using tab = await openPage(requireBrowser(context), lab.dashboardUrl)
    const { page } = tab
    await pageText(page, '#access-value', /^Allowed$/)
    for (const [, tracer = '', fate] of rows) {
      await page.selectOption('#tracer', tracer)
      await pageText(page, '#facts-text', new RegExp(`tracer ${tracer}$`))
      await page.click('#send')
      await pageText(page, '#trace-label', /^Your request$/)
      if (fate === 'whole') {
        await pageText(page, '#trace-summary', /^5 spans/)
        await pageText(page, '#verdict-text', /^Unbroken$/)
        continue
      }
      await pageText(page, '#trace-summary', /^3 spans/)
      expect((await page.locator('#rows .service').allInnerTexts()).join()).toBe('dashboard,dashboard,counting')
      await pageText(page, '#verdict-text', /^Broken$/)
      await pageText(
        page,
        '#problems',
        /^A proxy between dashboard and counting traced this call apart, .* TLV103 fix: /,
      )
      await page.click('#verify')
      await pageText(page, '#findings-title', /^TLV103, dashboard$/)
      await pageText(page, '#findings [data-row=fix]', /USE_B3_WITH_W3C_PROPAGATION/)
      await page.click('#findings-close')
      await page.click('#problems button')
      await pageText(page, '#trace-summary', /^2 spans/)
      expect((await page.locator('#rows .service').allInnerTexts()).join()).toBe('dashboard-sidecar,counting-sidecar')
    }
    await page.selectOption('#tracer', 'zipkin')
    await pageText(page, '#facts-text', /tracer zipkin$/)
    // A denied call shows no headers that arrived: it is not called broken, and not whole.
    await switchAccess(page)
    await pageText(page, '#access-value', /^Denied$/)
    await page.click('#send')
    await pageText(page, '#trace-label', /^Your request$/)
    await pageText(page, '#verdict-text', /^Apps only$/)
    expect(tab.errors).toEqual([])
  })
})
