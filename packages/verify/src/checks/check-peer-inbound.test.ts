import { createHeaderRecorder } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { checkPeerInbound } from './check-peer-inbound.ts'

describe('plaintext at the inbound sidecar of counting', () => {
  it.each([
    ['good', 503, 'upstream connect error or disconnect/reset before headers. reset reason: connection termination'],
    ['bad', 503, 'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure'],
    ['bad', 200, '{"count":1}'],
  ] as const)('is %s when the answer is %i %s', async (verdict, status, body) => {
    await using peer = await createHeaderRecorder({
      reply: (_request, response) => void response.writeHead(status).end(body),
    })
    const results = await checkPeerInbound({ peerInbound: `127.0.0.1:${peer.port}` } as never)
    expect([results].flat()[0]).toMatchObject({ id: 'plaintext', verdict })
  })
})
