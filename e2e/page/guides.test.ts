import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { startLab } from '../support/start-lab.ts'

const guide = (name: string): string =>
  fs.readFileSync(path.join(import.meta.dirname, '../../docs/guides', `${name}.md`), 'utf8')

/** The shell blocks of a guide. */
const commandsOf = (name: string): string[] =>
  [...guide(name).matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)

describe('what the guides say about the page', () => {
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
})
