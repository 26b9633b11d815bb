import { describe, expect, it } from 'vitest'
import { readProxyAnswer } from './proxy-answer.ts'

const EARLIER = 'upstream connect error or disconnect/reset before headers. '

describe('the meaning of a text by Envoy', () => {
  it.each([
    ['no healthy upstream', /^no healthy counting endpoint/],
    [
      `${EARLIER}retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused`,
      /^counting or its sidecar is down/,
    ],
    [`${EARLIER}reset reason: connection failure`, /^counting or its sidecar is down/],
    [
      `${EARLIER}reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end`,
      /mutual TLS/,
    ],
    [`${EARLIER}reset reason: connection termination`, /look the same/],
    [`${EARLIER}reset reason: connection timeout`, /in time/],
    [`${EARLIER}reset reason: overflow`, /limit/],
    [`${EARLIER}reset reason: something new`, /could not forward the call/],
    ['upstream request timeout', /did not answer its sidecar in time/],
  ])('%s', (body, meaning) => expect(readProxyAnswer(body)).toMatch(meaning))

  it.each(['', 'RBAC: access denied', '<html>no healthy upstream', '{"code":"TL_FAULT"}'])(
    'is undefined for any other text: %j',
    (body) => expect(readProxyAnswer(body)).toBeUndefined(),
  )
})
