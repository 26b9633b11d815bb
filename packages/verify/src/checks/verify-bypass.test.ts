import net, { type AddressInfo } from 'node:net'
import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readUpstream, sendCount, sendJson, sendText, startUpstream } from '../upstream.test-support.ts'
import { verifyBypass } from './verify-bypass.ts'

const peer = { caller: 'spiffe://t/sa/dashboard', self: 'spiffe://t/sa/counting' }
const viaSidecar = sendJson(200, { count: 1, peer })

const status = (access: string, closed: boolean) => async () => ({
  access,
  bypass: { closed, reason: 'As configured.' },
})

/** The outcome of a probe of the bypass at a server with this answer. */
async function probe(handler: RequestListener, readMeshStatus?: () => Promise<unknown>) {
  await using upstream = await startUpstream(handler)
  const upstreamUrl = 'http://127.0.0.1:1'
  return await verifyBypass({ upstreamUrl, bypassUrl: upstream.url, timeoutMs: 500, readUpstream, readMeshStatus })
}

describe('verifyBypass', () => {
  it('reports a count although the rule says denied', async () => {
    expect(await probe(sendCount, status('denied', false))).toMatchObject({
      state: 'open',
      status: 200,
      access: 'denied',
      summary: '200: counted, bypassing its sidecar, while the rule says denied.',
      disagreement: null,
    })
  })

  it('reports the same without a denial, and when the rule is unknown', async () => {
    expect((await probe(sendCount, status('allowed', false))).summary).toMatch(
      /^200: counted, .* says allowed: deny, and try again\.$/,
    )
    expect((await probe(sendCount)).summary).toBe(
      '200: counted, bypassing its sidecar, whatever the rules of the mesh are.',
    )
    expect(await probe(sendCount, () => Promise.reject(new Error('gone')))).toMatchObject({
      state: 'open',
      bypass: null,
    })
  })

  it.each<[string, RequestListener, RegExp]>([
    [
      'a denial there',
      sendText(403, 'RBAC: access denied'),
      /^No bypass: it refused with 403: the bypass also ends at a sidecar/,
    ],
    ['a proxy that cannot forward the call', sendText(503, 'no healthy upstream'), /but by a proxy on the way/],
    ['a call that came through the sidecar of counting', viaSidecar, /^No bypass: .* through its sidecar/],
    [
      'a reset',
      (request) => void request.socket.resetAndDestroy(),
      /^No bypass: connection refused or reset \(ECONNRESET\)/,
    ],
    ['silence', () => {}, /^No bypass: no answer within 500 ms/],
  ])('is closed by %s', async (_what, handler, expected) => {
    const result = await probe(handler, status('denied', true))
    expect(result).toMatchObject({ state: 'closed', disagreement: null })
    expect(result.summary).toMatch(expected)
  })

  it('counts an error of counting, and an unknown answer, as an open bypass', async () => {
    const failing = await probe(sendJson(503, { code: 'TL_FAULT', message: 'as asked' }), status('denied', true))
    expect(failing).toMatchObject({ state: 'open', status: 503 })
    expect(failing.summary).toBe(
      '503: counting’s own address answered, bypassing its sidecar, while the rule says denied.',
    )
    expect(await probe(sendText(404, 'who?'))).toMatchObject({ state: 'open', status: 404 })
  })

  it('reports a false claim of the mesh, in either direction', async () => {
    expect((await probe(sendCount, status('denied', true))).disagreement).toBe(
      'The mesh says that the bypass is closed (As configured), but it is open: counting answered 200.',
    )
    const { disagreement } = await probe(sendText(403, 'RBAC: access denied'), status('denied', false))
    expect(disagreement).toMatch(/^The mesh says that the bypass is open .* did not get through: refused with 403/)
  })

  it('proves nothing without an address, or with a name that does not resolve', async () => {
    const upstreamUrl = 'http://127.0.0.1:1'
    expect(await verifyBypass({ upstreamUrl, readUpstream, readMeshStatus: status('denied', true) })).toMatchObject({
      url: null,
      state: 'unclear',
      bypass: { closed: true },
      disagreement: null,
    })
    const nowhere = await verifyBypass({
      upstreamUrl,
      bypassUrl: 'http://counting.invalid',
      readUpstream,
      timeoutMs: 5000,
    })
    expect(nowhere).toMatchObject({ state: 'unclear', disagreement: null, status: null })
  })

  it('is closed where nothing listens', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const { summary } = await verifyBypass({ upstreamUrl: '', readUpstream, bypassUrl: `http://127.0.0.1:${port}` })
    expect(summary).toBe('No bypass: connection refused: nothing listens there for a caller from outside.')
  })
})
