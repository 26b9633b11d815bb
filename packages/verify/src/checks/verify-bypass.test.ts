import net, { type AddressInfo } from 'node:net'
import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { count, sendJson, startUpstream } from '../app.test-support.ts'
import { verifyBypass } from './verify-bypass.ts'

const peer = { caller: 'spiffe://t/sa/dashboard', self: 'spiffe://t/sa/counting' }
const viaSidecar = sendJson(200, { count: 1, hostname: 'h', explain: { headers: {}, peer } })
const text =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(body)

const status = (access: string, closed: boolean) => async () => ({
  access,
  bypass: { closed, reason: 'As configured.' },
})

/** What came of a try where this answers. */
async function attempt(handler: RequestListener, readMeshStatus?: () => Promise<unknown>) {
  await using upstream = await startUpstream(handler)
  const upstreamUrl = 'http://127.0.0.1:1'
  const known = readMeshStatus && { readMeshStatus }
  return await verifyBypass({ upstreamUrl, bypassUrl: upstream.url, timeoutMs: 500, ...known })
}

describe('a try of the bypass of the sidecar', () => {
  it('says what a room should read when it counts while the rule says denied', async () => {
    expect(await attempt(count, status('denied', false))).toMatchObject({
      way: 'open',
      status: 200,
      access: 'denied',
      said: '200: counted, bypassing its sidecar, while the rule says denied.',
      disagreement: null,
    })
  })

  it('says the same without a denial, and without anybody who knows the rule', async () => {
    expect((await attempt(count, status('allowed', false))).said).toMatch(
      /^200: counted, .* says allowed: deny, and try again\.$/,
    )
    expect((await attempt(count)).said).toBe('200: counted, bypassing its sidecar, whatever the rules of the mesh are.')
    expect(await attempt(count, () => Promise.reject(new Error('gone')))).toMatchObject({ way: 'open', bypass: null })
  })

  it.each<[string, RequestListener, RegExp]>([
    ['a rule there', text(403, 'RBAC: access denied'), /^No bypass: it refused with 403: a sidecar stands/],
    ['a proxy that cannot pass it on', text(503, 'no healthy upstream'), /but by a proxy that stands in this way/],
    ['a call that counting’s sidecar took', viaSidecar, /^No bypass: .* by way of its sidecar/],
    ['a reset', (request) => void request.socket.resetAndDestroy(), /^No bypass: connection reset: .* look the same/],
    ['silence', () => {}, /^No bypass: no answer within 500 ms/],
  ])('is closed by %s', async (_what, handler, said) => {
    const result = await attempt(handler, status('denied', true))
    expect(result).toMatchObject({ way: 'closed', disagreement: null })
    expect(result.said).toMatch(said)
  })

  it('takes an error of counting itself, and a stranger, for a way that is open', async () => {
    const failing = await attempt(sendJson(503, { code: 'TL_FAULT', message: 'as asked' }), status('denied', true))
    expect(failing).toMatchObject({ way: 'open', status: 503 })
    expect(failing.said).toBe(
      '503: counting’s own address answered, bypassing its sidecar, while the rule says denied.',
    )
    expect(await attempt(text(404, 'who?'))).toMatchObject({ way: 'open', status: 404 })
  })

  it('says loudly when the mesh claims what is not so, either way', async () => {
    expect((await attempt(count, status('denied', true))).disagreement).toBe(
      'The mesh says that this way is closed (As configured), but it is open: counting answered 200.',
    )
    const { disagreement } = await attempt(text(403, 'RBAC: access denied'), status('denied', false))
    expect(disagreement).toMatch(/^The mesh says that this way is open .* did not get through: refused with 403/)
  })

  it('proves nothing without an address, or with a name that leads nowhere', async () => {
    const upstreamUrl = 'http://127.0.0.1:1'
    expect(await verifyBypass({ upstreamUrl, readMeshStatus: status('denied', true) })).toMatchObject({
      url: null,
      way: 'unclear',
      bypass: { closed: true },
      disagreement: null,
    })
    const nowhere = await verifyBypass({ upstreamUrl, bypassUrl: 'http://counting.invalid', timeoutMs: 5000 })
    expect(nowhere).toMatchObject({ way: 'unclear', disagreement: null, status: null })
  })

  it('is closed where nothing listens', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const { said } = await verifyBypass({ upstreamUrl: '', bypassUrl: `http://127.0.0.1:${port}` })
    expect(said).toBe('No bypass: connection refused: nothing listens there for a caller from outside.')
  })
})
