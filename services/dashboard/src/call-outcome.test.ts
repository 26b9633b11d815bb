import { describe, expect, it } from 'vitest'
import { outcomeOfAnswer, outcomeOfFailure } from './call-outcome.ts'

const JSON_BODY = 'application/json; charset=utf-8'

describe('the state of a call, from the wire', () => {
  it('is connected on a count', () => {
    const answer = { status: 200, contentType: JSON_BODY, body: '{"count":7,"hostname":"pod-1"}' }
    expect(outcomeOfAnswer(answer)).toMatchObject({ state: 'connected', count: 7, hostname: 'pod-1', code: null })
  })

  it('is denied on the mesh\'s 403, which is not "unreachable"', () => {
    const answer = { status: 403, contentType: 'text/plain', body: 'RBAC: access denied' }
    expect(outcomeOfAnswer(answer)).toMatchObject({ state: 'denied', code: 'TL_UPSTREAM_DENIED', status: 403 })
  })

  it.each(['RBAC: access denied\n', 'Forbidden', '', '{"code":"TL_FORBIDDEN"}'])(
    "is not denied on an application's own 403 %j",
    (body) => {
      expect(outcomeOfAnswer({ status: 403, contentType: 'text/plain', body }).state).toBe('unreachable')
    },
  )

  it('is failing on a 5xx of counting itself', () => {
    const answer = { status: 503, contentType: JSON_BODY, body: '{"code":"TL_FAULT","message":"on demand"}' }
    expect(outcomeOfAnswer(answer)).toMatchObject({
      state: 'failing',
      code: 'TL_UPSTREAM_FAILED',
      reason: 'counting answered 503 TL_FAULT: on demand',
    })
  })

  it.each([
    [503, 'text/plain', 'no healthy upstream'],
    [503, 'text/plain', 'upstream connect error or disconnect/reset before headers. reset reason: connection failure'],
    [500, JSON_BODY, '{"error":"not one of ours"}'],
    [502, JSON_BODY, 'not json'],
    [404, JSON_BODY, '{"code":"TL_NOT_FOUND","message":"no route"}'],
    [301, 'text/html', ''],
  ])('is unreachable, with the reason, when a proxy answers %i %s', (status, contentType, body) => {
    const outcome = outcomeOfAnswer({ status, contentType, body })
    expect(outcome).toMatchObject({ state: 'unreachable', code: 'TL_UPSTREAM_PROXY', status })
    expect(outcome.reason).toContain(body.slice(0, 20))
  })

  it("explains Envoy's text before quoting it", () => {
    const answer = { status: 503, contentType: 'text/plain', body: 'no healthy upstream' }
    expect(outcomeOfAnswer(answer).reason).toMatch(
      /^no healthy counting endpoint: .*; a proxy answered 503: no healthy/,
    )
    expect(outcomeOfAnswer({ ...answer, status: 404 }).reason).toBe('answered 404: no healthy upstream')
  })

  it.each(['{"count":"7","hostname":"h"}', '{"count":7}', '[]', 'null', '<html>', '{"count":1e99,"hostname":"h"}'])(
    'reports a 200 without a count as unreachable: %s',
    (body) => {
      expect(outcomeOfAnswer({ status: 200, contentType: JSON_BODY, body })).toMatchObject({
        state: 'unreachable',
        code: 'TL_UPSTREAM_INVALID',
        count: null,
      })
    },
  )

  it('shortens a hostile body and strips control characters', () => {
    const { reason } = outcomeOfAnswer({
      status: 500,
      contentType: 'text/plain',
      body: `\u001b[31m\n${'x'.repeat(9999)}`,
    })
    expect(reason).toMatch(/^answered 500: \[31m x+…$/)
    expect(reason?.length).toBeLessThan(150)
  })

  it.each([
    ['ERR_CANCELED', 'TL_UPSTREAM_TIMEOUT', 'no answer within 50 ms'],
    ['ECONNREFUSED', 'TL_UPSTREAM_REFUSED', 'nothing listens there. In a mesh: no sidecar'],
    ['ECONNRESET', 'TL_UPSTREAM_RESET', 'wants mTLS'],
    ['ENOTFOUND', 'TL_UPSTREAM_NETWORK', 'getaddrinfo'],
  ])('is unreachable on %s, as %s', (code, expected, reason) => {
    const outcome = outcomeOfFailure({ code, message: 'getaddrinfo ENOTFOUND counting' }, 50)
    expect(outcome).toMatchObject({ state: 'unreachable', code: expected, status: null })
    expect(outcome.reason).toContain(reason)
  })
})

describe('the state of a call to another service in the place of counting', () => {
  const outcomeOf = (status: number, body: string) =>
    outcomeOfAnswer({ status, contentType: 'text/html', body }, { anyAnswer: true })

  it.each([200, 201, 204])('is connected on %i, whatever the body', (status) => {
    expect(outcomeOf(status, '<html>')).toMatchObject({ state: 'connected', count: null, hostname: null, status })
  })

  it.each([302, 403, 404, 500, 503])('is failing when that service itself answers %i', (status) => {
    expect(outcomeOf(status, 'its page')).toMatchObject({ state: 'failing', code: 'TL_UPSTREAM_FAILED', status })
    expect(outcomeOf(status, 'its page').reason).toBe(`your service answered ${status}: its page`)
  })

  it('is the same as for counting when a sidecar answers', () => {
    expect(outcomeOf(403, 'RBAC: access denied').state).toBe('denied')
    expect(outcomeOf(503, 'no healthy upstream').state).toBe('unreachable')
  })

  it.each([
    ['no healthy upstream', 'no healthy endpoint of your service: its sidecar is down'],
    ['upstream request timeout', 'your service did not answer its sidecar in time'],
    ['upstream connect error … reset reason: connection failure', 'your service or its sidecar is down'],
    ['upstream connect error … reset reason: connection timeout', 'your service or its sidecar accepted no'],
  ])('names that service where a sidecar says "%s"', (body, reason) => {
    expect(outcomeOf(503, body).reason).toMatch(new RegExp(`^${reason}`))
  })
})
