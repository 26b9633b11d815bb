import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pollUntil, startServer } from '@throughline/lab-testkit'
import { judgeTrace } from 'throughline'
import { expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'

const pageDir = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@throughline/dashboard/package.json')),
  'page',
)
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** Serves the page, and requests as fast as it accepts them: hours of a demo in one minute. */
async function startFloodgate() {
  let seq = 0
  let write: (text: string) => void = () => {}
  const server = await startServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const json = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      write = (text) => void response.write(text)
      write('event: history\ndata: {"reset":true,"entries":[]}\n\n')
    } else if (url.pathname === '/api/history') json({ reset: false, entries: [], cursor: `x-${seq}` })
    else if (url.pathname === '/api/config') json({ hostname: 'h', traces: true, faults: true })
    else if (url.pathname.startsWith('/api/requests/')) json({ explain: explanation })
    else if (url.pathname.startsWith('/api/traces/')) json(judged(traceOf(url.pathname.split('/')[3] ?? '')))
    else if (url.pathname === '/api/findings') json({ state: 'none', at: null, error: null, report: null })
    else {
      const file = path.join(pageDir, url.pathname === '/' ? 'index.html' : url.pathname)
      response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'text/plain' }).end(fs.readFileSync(file))
    }
  })
  const states = ['connected', 'connected', 'denied', 'failing', 'unreachable']
  /** Sends requests up to number `last`, at a pace that leaves the page time to draw. */
  const flood = async (last: number) => {
    while (seq < last) {
      for (let i = 0; i < 80; i++) {
        seq++
        const entry = {
          seq,
          state: states[Math.floor(seq / 100) % states.length],
          count: seq,
          hostname: `pod-${seq % 3}`,
          status: 200,
          reason: `reason ${seq}`,
          durationMs: seq % 300,
          traceId: seq.toString(16).padStart(32, 'a'),
          at: new Date().toISOString(),
        }
        write(`id: x-${seq}\nevent: request\ndata: ${JSON.stringify(entry)}\n\n`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { ...server, flood }
}

const explanation = { service: 'dashboard', received: { traceparent: 'x' }, calls: [{ url: 'u', sent: {}, hop: null }] }

const judged = (trace: object) => ({ data: [trace], verdict: judgeTrace(trace) })

function traceOf(traceID: string) {
  const span = (spanID: string, parent: string | undefined, serviceName: string) => ({
    traceID,
    spanID,
    operationName: 'GET',
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime: 1,
    duration: 5000,
    tags: [{ key: 'span.kind', value: 'server' }],
    processID: serviceName,
  })
  return {
    traceID,
    spans: [span('a', undefined, 'dashboard'), span('b', 'a', 'counting')],
    processes: { dashboard: { serviceName: 'dashboard' }, counting: { serviceName: 'counting' } },
  }
}

it('uses no more memory or elements after 30,000 requests than after 10,000', async (context) => {
  await using floodgate = await startFloodgate()
  await using tab = await openPage(requireBrowser(context), floodgate.url)
  const { page } = tab
  const debug = await page.context().newCDPSession(page)
  const measure = async (last: number) => {
    await floodgate.flood(last)
    await pollUntil(async () => Number(await page.textContent('#count')) === last, {
      what: `${last}`,
      deadline: 20_000,
    })
    await page.locator('#rows button').first().click()
    await page.locator('#rows button').first().click()
    // A second pass finds garbage that the first one missed.
    for (let i = 0; i < 3; i++) await debug.send('HeapProfiler.collectGarbage')
    const { usedSize } = await debug.send('Runtime.getHeapUsage')
    return { bytes: usedSize, elements: Number(await page.evaluate('document.querySelectorAll("*").length')) }
  }
  await page.waitForSelector('#requests', { state: 'attached' })
  await measure(2000)
  const early = await measure(10_000)
  const late = await measure(30_000)
  expect(late.elements).toBe(early.elements)
  expect(late.bytes / early.bytes).toBeLessThan(1.05)
  expect(tab.errors).toEqual([])
}, 120_000)
