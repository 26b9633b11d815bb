import { startServer } from '@throughline/lab-testkit'
import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { startService } from '../support/start-service.ts'

it('the page shows which of two counting pods answered', async (context) => {
  const browser = requireBrowser(context)
  // As behind one Service: each pod has its own count.
  const pods = ['counting-5d8f9c6b7d-x7k2p', 'counting-5d8f9c6b7d-q4m9z']
  const counts = [0, 0]
  let asked = 0
  await using counting = await startServer((_request, response) => {
    const pod = asked++ % 2
    counts[pod] = (counts[pod] ?? 0) + 1
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ count: counts[pod], hostname: pods[pod] }))
  })
  await using dashboard = await startService('dashboard', { COUNTING_SERVICE_URL: counting.url })
  await using tab = await openPage(browser, dashboard.url)
  for (const pod of pods) await pageText(tab.page, '#hostname', new RegExp(pod))
  await pageText(tab.page, '#replicas', /one of 2/)
  expect(tab.errors).toEqual([])
})
