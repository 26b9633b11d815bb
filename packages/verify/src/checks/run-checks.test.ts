import net, { type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { readUpstream, sendCount, sendJson, sendText, startUpstream } from '../upstream.test-support.ts'
import { parseHostPort } from './check-peer-inbound.ts'
import type { CheckOptions } from './check.ts'
import { runChecks } from './run-checks.ts'

const UNUSED_PORT = 'http://127.0.0.1:1'

/** Verdict and finding of each check, by id. */
async function findings(options: Omit<CheckOptions, 'readUpstream'>) {
  const results = await runChecks({ timeoutMs: 500, readUpstream, ...options })
  return Object.fromEntries(results.map(({ id, verdict, found }) => [id, `${verdict}: ${found}`]))
}

/** A port that resets every connection once it has received something. */
async function startReset() {
  const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() }
}

describe('runChecks', () => {
  it('says what is missing where nothing is known, with a command for each check', async () => {
    await using upstream = await startUpstream(sendCount)
    const results = await runChecks({ upstreamUrl: upstream.url, readUpstream })
    expect(results.map(({ verdict }) => verdict)).toEqual(['good', ...Array.from({ length: 5 }, () => 'unknown')])
    for (const { command } of results) expect(command).toMatch(/\w/)
  })

  it('distinguishes allowed, denied and unreachable', async () => {
    await using denying = await startUpstream(sendText(403, 'RBAC: access denied'))
    expect((await findings({ upstreamUrl: denying.url }))['through-sidecar']).toMatch(/^good: Denied: .*RBAC/)
    expect((await findings({ upstreamUrl: UNUSED_PORT }))['through-sidecar']).toMatch(/^bad: No: connection refused/)
  })

  it('names both ends where the application tells them', async () => {
    const peer = { caller: 'spiffe://t/sa/dashboard', self: 'spiffe://t/sa/counting' }
    await using known = await startUpstream(sendJson(200, { count: 1, peer }))
    expect((await findings({ upstreamUrl: known.url }))['identities']).toBe(
      'good: spiffe://t/sa/dashboard calls spiffe://t/sa/counting, by mutual TLS.',
    )
    await using silent = await startUpstream(sendCount)
    expect((await findings({ upstreamUrl: silent.url }))['identities']).toMatch(/^unknown/)
  })

  it('finds an open and a closed bypass', async () => {
    await using upstream = await startUpstream(sendCount)
    const open = await findings({ upstreamUrl: UNUSED_PORT, bypassUrl: upstream.url })
    expect(open['bypass']).toMatch(/^bad: Yes, at http.* 200: counted, bypassing its sidecar/)
    expect((await findings({ upstreamUrl: UNUSED_PORT, bypassUrl: UNUSED_PORT }))['bypass']).toMatch(/^good: No: /)
  })

  it('finds a peer that refuses plaintext, and one that does not', async () => {
    using refusing = await startReset()
    const refused = await findings({ upstreamUrl: UNUSED_PORT, peerInbound: refusing.address })
    expect(refused['plaintext']).toMatch(/^good: Yes: /)
    expect(refused['no-certificate']).toMatch(/^good: Yes: /)
    await using upstream = await startUpstream(sendCount)
    const open = await findings({ upstreamUrl: UNUSED_PORT, peerInbound: new URL(upstream.url).host })
    expect(open['plaintext']).toMatch(/^bad: No: it answered 200/)
    const absent = await findings({ upstreamUrl: UNUSED_PORT, peerInbound: '127.0.0.1:1' })
    expect(absent['plaintext']).toMatch(/^unknown/)
    expect(absent['no-certificate']).toMatch(/^unknown/)
  })

  it('names the sidecar that has not accepted its configuration', async () => {
    const status = (state: string) => ({
      sidecars: [
        { name: 'a', state: 'ready' },
        { name: 'b', state, reason: 'why' },
      ],
    })
    const check = async (readMeshStatus: () => Promise<unknown>) =>
      (await findings({ upstreamUrl: UNUSED_PORT, readMeshStatus }))['sidecar-config']
    expect(await check(async () => status('ready'))).toBe('good: Yes: a and b.')
    expect(await check(async () => status('rejected'))).toBe('bad: No: b is rejected (why).')
    expect(await check(async () => null)).toMatch(/^unknown/)
    expect(await check(() => Promise.reject(new Error('no way')))).toBe('unknown: Unknown: no way.')
    expect(await check(() => new Promise(() => {}))).toMatch(/no answer within 500 ms/)
  })
})

describe('what the catalogue calls a check', () => {
  const ids = async (options: Omit<CheckOptions, 'readUpstream'>) => {
    const results = await runChecks({ timeoutMs: 500, readUpstream, ...options })
    return Object.fromEntries(results.map(({ id, verdict, finding }) => [id, [verdict, finding?.id]]))
  }

  it.each([
    [503, 'no healthy upstream', 'bad', 'TLV504'],
    [
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
      'bad',
      'TLV504',
    ],
    [
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:WRONG_VERSION_NUMBER',
      'bad',
      'TLV503',
    ],
    [500, 'an error of the application', 'bad', undefined],
    // A denial may be intended, so it is good, and good checks name nothing.
    [403, 'RBAC: access denied', 'good', undefined],
  ])('a call that ends with %i %s is %s, %s', async (status, body, verdict, id) => {
    await using upstream = await startUpstream(sendText(status, body))
    expect((await ids({ upstreamUrl: upstream.url }))['through-sidecar']).toEqual([verdict, id])
  })

  it('an open bypass is TLV601, accepted plaintext TLV602, a refused configuration TLV303', async () => {
    await using upstream = await startUpstream(sendCount)
    const sidecars = [
      { name: 'a', state: 'ready' },
      { name: 'b', state: 'rejected', reason: 'Unknown tracing provider' },
    ]
    const open = await ids({
      upstreamUrl: upstream.url,
      bypassUrl: upstream.url,
      peerInbound: new URL(upstream.url).host,
      readMeshStatus: async () => ({ sidecars }),
    })
    expect(open).toEqual({
      'through-sidecar': ['good', undefined],
      identities: ['unknown', undefined],
      bypass: ['bad', 'TLV601'],
      plaintext: ['bad', 'TLV602'],
      'no-certificate': ['good', undefined],
      'sidecar-config': ['bad', 'TLV303'],
    })
  })

  it('a sidecar that is down or starting has refused nothing, and a closed bypass is in order', async () => {
    for (const state of ['down', 'starting']) {
      const readMeshStatus = async () => ({ sidecars: [{ name: 'b', state, reason: 'why' }] })
      const closed = await ids({ upstreamUrl: UNUSED_PORT, bypassUrl: UNUSED_PORT, readMeshStatus })
      expect(closed).toMatchObject({ bypass: ['good', undefined], 'sidecar-config': ['bad', undefined] })
    }
  })

  it('comes with its title, its fix and its page', async () => {
    await using upstream = await startUpstream(sendCount)
    const results = await runChecks({ upstreamUrl: UNUSED_PORT, readUpstream, bypassUrl: upstream.url })
    const { finding } = results.find(({ id }) => id === 'bypass') ?? {}
    expect(finding).toEqual({
      id: 'TLV601',
      title: 'the app answers without its sidecar',
      fix: expect.stringMatching(/^let the app listen on loopback/),
      docs: 'docs/findings/TLV601.md',
    })
  })
})

describe('parseHostPort', () => {
  it.each([
    ['127.0.0.1:21001', { host: '127.0.0.1', port: 21_001 }],
    ['counting.default.svc:20000', { host: 'counting.default.svc', port: 20_000 }],
    ['[::1]:80', { host: '::1', port: 80 }],
  ])('reads %s', (text, expected) => expect(parseHostPort(text)).toEqual(expected))

  it.each([undefined, '', 'host', 'host:0', 'host:99999', 'http://host:1', 'a b:1'])('refuses %j', (text) =>
    expect(parseHostPort(text)).toBeUndefined(),
  )
})
