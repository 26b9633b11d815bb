import type http from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { startService } from '../support/start-service.ts'

const SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>"\'javascript:window.hacked=3'

/** Answers as a hostile counting would. */
const hostileCounting: http.RequestListener = (_request, response) => {
  const explain = {
    headers: {
      traceparent: SCRIPT,
      tracestate: `${SCRIPT}\r\nset-cookie: x`,
      baggage: SCRIPT,
      cookie: SCRIPT,
      [SCRIPT]: SCRIPT,
    },
    peer: { caller: `spiffe://${SCRIPT}`, self: SCRIPT },
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ count: 7, hostname: SCRIPT, explain }))
}

/** Answers as a hostile trace backend would. */
const hostileBackend: http.RequestListener = (request, response) => {
  const traceID = request.url?.split('/').at(-1)
  const tags = [
    { key: 'span.kind', value: 'server' },
    { key: 'component', value: SCRIPT },
    { key: '__proto__', value: SCRIPT },
    { key: 'http.status_code', value: SCRIPT },
  ]
  const span = (spanID: string, parent: string) => ({
    traceID,
    spanID,
    operationName: SCRIPT,
    references: [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime: 1,
    duration: 5,
    tags,
    processID: '__proto__',
  })
  const processes = { p1: { serviceName: SCRIPT } }
  const spans = [span(SCRIPT, SCRIPT), { ...span('b', SCRIPT), processID: 'p1' }, null, { spanID: {} }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ data: [{ traceID, spans, processes }] }))
}

it('runs no script from a hostname, a header or a span, and creates no element from it', async (context) => {
  const browser = requireBrowser(context)
  await using counting = await startServer(hostileCounting)
  await using backend = await startServer(hostileBackend)
  await using dashboard = await startService('dashboard', {
    COUNTING_SERVICE_URL: counting.url,
    COUNTING_BYPASS_URL: counting.url,
    TRACE_QUERY_URL: backend.url,
    TRACE_UI_URL: 'javascript:window.hacked=4//{traceId}',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: backend.url,
  })
  await using tab = await openPage(browser, dashboard.url)
  const { page } = tab
  await pageText(page, '#hostname', /<img src=x/)
  // A trace requested by its id is shown at once, even when it is broken.
  await page.goto(`${dashboard.url}/?trace=${'a'.repeat(32)}`)
  await pageText(page, '#rows', /<script>/)
  await page.locator('#rows button').last().click()
  await pageText(page, '#hop-title', /<img/)
  await page.click('#checks-run')
  await pageText(page, '#checks-note', /^6 checks/)
  expect(await page.locator('img, main script, [onerror]').count()).toBe(0)
  expect(await page.getAttribute('#open', 'href')).toMatch(/^\/\?trace=/)
  expect(await page.evaluate('window.hacked')).toBeUndefined()
  expect(await page.evaluate('({}).polluted ?? Object.keys(Object.prototype).length')).toBe(0)
  expect(tab.errors).toEqual([])
})
