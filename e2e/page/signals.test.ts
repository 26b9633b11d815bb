import type { RequestListener } from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, requireBrowser } from '../support/browser.ts'
import { pageText } from '../support/page-text.ts'
import { startService } from '../support/start-service.ts'

const text =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain', server: 'envoy' }).end(body)
const EARLIER = 'upstream connect error or disconnect/reset before headers. '
const LOOK_THE_SAME =
  /^connection reset: a TCP-level denial, a port that wants mTLS and a crash look the same \(TL_UPSTREAM_RESET\)$/

/** Possible outcomes on the wire, and the page's explanation of each. */
const signals: [cause: string, answer: RequestListener, state: RegExp, reason: RegExp][] = [
  [
    'an intention or a policy, on the HTTP layer',
    text(403, 'RBAC: access denied'),
    /^Denied$/,
    /RBAC: access denied \(TL_UPSTREAM_DENIED\)$/,
  ],
  [
    'an intention on the TCP layer, a port that requires mutual TLS, a crash',
    (request) => void request.socket.resetAndDestroy(),
    /^Unreachable$/,
    LOOK_THE_SAME,
  ],
  [
    'a connection that is closed without an answer',
    (request) => void request.socket.end(),
    /^Unreachable$/,
    LOOK_THE_SAME,
  ],
  [
    'counting is down',
    text(
      503,
      `${EARLIER}retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused`,
    ),
    /^Unreachable$/,
    /^counting or its sidecar is down; a proxy answered 503: upstream connect error/,
  ],
  [
    'its sidecar is down, or not healthy yet',
    text(503, 'no healthy upstream'),
    /^Unreachable$/,
    /^no healthy counting endpoint: .*; a proxy answered 503: no healthy upstream \(TL_UPSTREAM_PROXY\)$/,
  ],
  [
    'plaintext to a strict sidecar, through another sidecar',
    text(503, `${EARLIER}reset reason: connection termination`),
    /^Unreachable$/,
    /^the connection was cut before an answer: .* look the same; a proxy answered 503/,
  ],
]

describe('how the page explains what the dashboard sees', () => {
  let answer: RequestListener = () => {}
  let url = ''
  let stop = async (): Promise<void> => {}
  beforeAll(async () => {
    const upstream = await startServer((request, response) => answer(request, response))
    const dashboard = await startService('dashboard', {
      COUNTING_SERVICE_URL: upstream.url,
      OTEL_TRACES_EXPORTER: 'none',
    })
    url = dashboard.url
    stop = async () => {
      await dashboard[Symbol.asyncDispose]()
      await upstream.close()
    }
  })
  afterAll(() => stop())

  it.for(signals)('%s', async ([, listener, state, reason], context) => {
    answer = listener
    await fetch(`${url}/api/count`)
    await using tab = await openPage(requireBrowser(context), url)
    await pageText(tab.page, '#state-label', state)
    await pageText(tab.page, '#reason', reason)
    expect(tab.errors).toEqual([])
  })

  it('no sidecar: nothing listens', async (context) => {
    await using lone = await startService('dashboard', {
      COUNTING_SERVICE_URL: 'http://127.0.0.1:1',
      OTEL_TRACES_EXPORTER: 'none',
    })
    await using tab = await openPage(requireBrowser(context), lone.url)
    await pageText(tab.page, '#state-label', /^Unreachable$/)
    await pageText(tab.page, '#reason', /^connection refused: .* no sidecar, or one without its listener \(TL_UP/)
    expect(tab.errors).toEqual([])
  })
})
