import { execFile } from 'node:child_process'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { count, sendJson, startUpstream } from '../app.test-support.ts'
import { parseHostPort } from './peer-inbound.ts'
import { runChecks } from './run-checks.ts'

const gone = 'http://127.0.0.1:1'
const told = (peer: object | null) => sendJson(200, { count: 1, hostname: 'h', explain: { headers: {}, peer } })

/** Verdict and finding of each check, by id. */
async function found(options: Parameters<typeof runChecks>[0]) {
  const results = await runChecks({ timeoutMs: 500, ...options })
  return Object.fromEntries(results.map(({ id, verdict, found: words }) => [id, `${verdict}: ${words}`]))
}

/** A port that hangs up on whoever speaks. */
async function startReset() {
  const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { at: `127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() }
}

describe('the checks', () => {
  it('say what they would need where nothing is known, and each has its command', async () => {
    await using upstream = await startUpstream(count)
    const results = await runChecks({ upstreamUrl: upstream.url })
    expect(results.map(({ verdict }) => verdict)).toEqual([
      'good',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ])
    for (const { command } of results) expect(command).toMatch(/\w/)
  })

  it('tell allowed, denied and unreachable apart', async () => {
    await using denying = await startUpstream((_request, response) => {
      response.writeHead(403).end('RBAC: access denied')
    })
    expect((await found({ upstreamUrl: denying.url }))['through-sidecar']).toMatch(/^good: Denied: .*RBAC/)
    expect((await found({ upstreamUrl: gone }))['through-sidecar']).toMatch(/^bad: No: connection refused/)
  })

  it('name both ends when the sidecar told counting, and only real identities', async () => {
    await using known = await startUpstream(told({ caller: 'spiffe://t/sa/dashboard', self: 'spiffe://t/sa/counting' }))
    expect((await found({ upstreamUrl: known.url }))['identities']).toBe(
      'good: spiffe://t/sa/dashboard calls spiffe://t/sa/counting, by mutual TLS.',
    )
    await using strange = await startUpstream(told({ caller: '<img src=x>', self: null }))
    expect((await found({ upstreamUrl: strange.url }))['identities']).toMatch(/^unknown/)
  })

  it('find a bypass, and one that is closed', async () => {
    await using upstream = await startUpstream(count)
    const open = await found({ upstreamUrl: gone, bypassUrl: upstream.url })
    expect(open['bypass']).toMatch(/^bad: Yes, at http.* 200: counted, bypassing its sidecar/)
    expect((await found({ upstreamUrl: gone, bypassUrl: gone }))['bypass']).toMatch(/^good: No: /)
  })

  it('find a peer that refuses plaintext, and one that does not', async () => {
    using refusing = await startReset()
    const refused = await found({ upstreamUrl: gone, peerInbound: refusing.at })
    expect(refused['plaintext']).toMatch(/^good: Yes: /)
    expect(refused['no-certificate']).toMatch(/^good: Yes: /)
    await using upstream = await startUpstream(count)
    const open = await found({ upstreamUrl: gone, peerInbound: new URL(upstream.url).host })
    expect(open['plaintext']).toMatch(/^bad: No: it answered 200/)
    const absent = await found({ upstreamUrl: gone, peerInbound: '127.0.0.1:1' })
    expect(absent['plaintext']).toMatch(/^unknown/)
    expect(absent['no-certificate']).toMatch(/^unknown/)
  })

  it('say which sidecar has not taken its configuration', async () => {
    const status = (state: string) => ({
      sidecars: [
        { name: 'a', state: 'ready' },
        { name: 'b', state, reason: 'why' },
      ],
    })
    const check = async (readMeshStatus: () => Promise<unknown>) =>
      (await found({ upstreamUrl: gone, readMeshStatus }))['sidecar-config']
    expect(await check(async () => status('ready'))).toBe('good: Yes: a and b.')
    expect(await check(async () => status('rejected'))).toBe('bad: No: b is rejected (why).')
    expect(await check(async () => null)).toMatch(/^unknown/)
    expect(await check(() => Promise.reject(new Error('no way')))).toBe('unknown: Unknown: no way.')
    expect(await check(() => new Promise(() => {}))).toMatch(/no answer within 500 ms/)
  })
})

describe('checks-cli', () => {
  it('prints the same, and exits 1 when one is bad', async () => {
    const file = path.join(import.meta.dirname, '../../dist/checks-cli.js')
    const run = promisify(execFile)(process.execPath, [file], { env: { COUNTING_SERVICE_URL: gone } })
    await expect(run).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/^BAD {5}May the dashboard/) })
  })
})

describe('host:port', () => {
  it.each([
    ['127.0.0.1:21001', { host: '127.0.0.1', port: 21_001 }],
    ['counting.default.svc:20000', { host: 'counting.default.svc', port: 20_000 }],
    ['[::1]:80', { host: '::1', port: 80 }],
  ])('is read from %s', (text, expected) => expect(parseHostPort(text)).toEqual(expected))

  it.each([undefined, '', 'host', 'host:0', 'host:99999', 'http://host:1', 'a b:1'])('is none in %j', (text) =>
    expect(parseHostPort(text)).toBeUndefined(),
  )
})
