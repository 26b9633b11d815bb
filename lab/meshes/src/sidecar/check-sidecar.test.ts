import { startServer } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { checkSidecar } from './check-sidecar.ts'

/** An admin address that answers as Envoy 1.40.0 does, except for these paths. */
async function admin(changes: Record<string, string> = {}) {
  const answers: Record<string, string> = {
    '/server_info': '{"state":"LIVE","node":{"id":"counting-sidecar"}}',
    '/ready': 'LIVE\n',
    '/listeners': '{"listener_statuses":[{"name":"inbound"}]}',
    '/certs': '{"certificates":[{"cert_chain":[{"path":"/c.pem","expiration_time":"2999-01-01T00:00:00Z"}]}]}',
    '/config_dump': '{"configs":[]}',
    '/stats': stats(),
    ...changes,
  }
  return startServer((request, response) => {
    const answer = answers[new URL(request.url ?? '/', 'http://x').pathname]
    response.writeHead(answer === undefined ? 404 : answer.startsWith('PRE_') ? 503 : 200).end(answer)
  })
}

const stats = ({ version = '3', rejected = 0, failure = 0 } = {}): string =>
  [
    `listener_manager.lds.update_failure: ${failure}`,
    `listener_manager.lds.update_rejected: ${rejected}`,
    `listener_manager.lds.version_text: "${version}"`,
    'http.inbound.rds.inbound.update_rejected: 0',
    'http.inbound.rds.inbound.version_text: "1"',
  ].join('\n')

const expected = { nodeId: 'counting-sidecar', listeners: ['inbound'] }
const versioned = { ...expected, versions: { lds: '3', rds: '1' } }

describe('checkSidecar', () => {
  it('is ready when it has the listeners, the versions and valid certificates', async () => {
    await using envoy = await admin()
    expect(await checkSidecar(envoy.url, versioned)).toEqual({ state: 'ready' })
  })

  it('is down when its admin address does not answer', async () => {
    const { url } = await (async () => {
      await using envoy = await admin()
      return { url: envoy.url }
    })()
    expect(await checkSidecar(url, expected)).toMatchObject({
      state: 'down',
      reason: expect.stringContaining('does not answer'),
    })
  })

  it('is down when another Envoy answers in its place', async () => {
    await using envoy = await admin({ '/server_info': '{"state":"LIVE","node":{"id":"old"}}' })
    expect(await checkSidecar(envoy.url, expected)).toMatchObject({
      state: 'down',
      reason: expect.stringContaining(': old'),
    })
  })

  it('is starting until it is live, has its listeners, and is ready', async () => {
    const cases = [
      { '/server_info': '{"state":"PRE_INITIALIZING","node":{"id":"counting-sidecar"}}' },
      { '/listeners': '{}' },
      { '/ready': 'PRE_INITIALIZING\n' },
    ]
    for (const changes of cases) {
      await using envoy = await admin(changes)
      expect(await checkSidecar(envoy.url, expected)).toMatchObject({ state: 'starting' })
    }
  })

  it('is starting until it acknowledges what was written last', async () => {
    await using envoy = await admin({ '/stats': stats({ version: '2' }) })
    expect(await checkSidecar(envoy.url, versioned)).toEqual({
      state: 'starting',
      reason: 'it has not acknowledged lds yet',
    })
  })

  it.each([{ rejected: 1 }, { failure: 1 }])(
    'is rejected when it refused what was written last: %o',
    async (counts) => {
      await using envoy = await admin({ '/stats': stats({ version: '2', ...counts }) })
      expect(await checkSidecar(envoy.url, versioned)).toEqual({
        state: 'rejected',
        reason: 'it refused an update of lds',
      })
    },
  )

  it('gives the reason that Envoy gives', async () => {
    const dump = '{"configs":[{"error_state":{"details":"cannot bind 127.0.0.1:21001"}}]}'
    await using envoy = await admin({ '/stats': stats({ version: '2', rejected: 1 }), '/config_dump': dump })
    expect(await checkSidecar(envoy.url, versioned)).toMatchObject({ reason: 'cannot bind 127.0.0.1:21001' })
  })

  it('is ready again once it has acknowledged a later version than the one it refused', async () => {
    await using envoy = await admin({ '/stats': stats({ version: '3', rejected: 1 }) })
    expect(await checkSidecar(envoy.url, versioned)).toEqual({ state: 'ready' })
  })

  it('counts any refusal as rejected when the written versions are unknown', async () => {
    await using envoy = await admin({ '/stats': stats({ rejected: 1 }) })
    expect(await checkSidecar(envoy.url, expected)).toMatchObject({ state: 'rejected' })
  })

  it('with standing refusals, is rejected only while Envoy reports a refused listener', async () => {
    const standing = { ...expected, refusals: 'standing' as const }
    const dump = `{"configs":[{"error_state":{"details":"Unknown cluster 'trace_collector'"}}]}`
    await using refusing = await admin({ '/stats': stats({ rejected: 1 }), '/config_dump': dump })
    expect(await checkSidecar(refusing.url, standing)).toEqual({
      state: 'rejected',
      reason: "Unknown cluster 'trace_collector'",
    })
    await using repaired = await admin({ '/stats': stats({ rejected: 1 }) })
    expect(await checkSidecar(repaired.url, standing)).toEqual({ state: 'ready' })
    await using cut = await admin({ '/stats': stats({ failure: 2 }) })
    expect(await checkSidecar(cut.url, standing)).toEqual({ state: 'ready' })
    await using cluster = await admin({ '/stats': 'cluster_manager.cds.update_rejected: 1' })
    expect(await checkSidecar(cluster.url, standing)).toMatchObject({ state: 'rejected' })
  })

  it('is down when its certificate has expired', async () => {
    const certificate = '{"certificates":[{"cert_chain":[{"path":"/c.pem","expiration_time":"2020-01-01T00:00:00Z"}]}]}'
    await using envoy = await admin({ '/certs': certificate })
    expect(await checkSidecar(envoy.url, expected)).toEqual({
      state: 'down',
      reason: 'its certificate /c.pem has expired',
    })
  })

  it('is down when the answer is not Envoy’s', async () => {
    await using envoy = await admin({ '/server_info': '<html>' })
    expect(await checkSidecar(envoy.url, expected)).toMatchObject({ state: 'down' })
  })
})
