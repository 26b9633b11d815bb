import { describe, expect, it } from 'vitest'
import { readProxyAnswer } from './proxy-answer.ts'

const before = 'upstream connect error or disconnect/reset before headers. '

describe('the meaning of a text by Envoy', () => {
  it.each([
    ['no healthy upstream', /^no healthy counting endpoint/],
    [
      `${before}retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused`,
      /^counting or its sidecar is down/,
    ],
    [`${before}reset reason: connection failure`, /^counting or its sidecar is down/],
    [
      `${before}reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end`,
      /mutual TLS/,
    ],
    [`${before}reset reason: connection termination`, /look the same/],
    [`${before}reset reason: connection timeout`, /in time/],
    [`${before}reset reason: overflow`, /limit/],
    [`${before}reset reason: something new`, /could not forward the call/],
    ['upstream request timeout', /did not answer its sidecar in time/],
  ])('%s', (body, meaning) => expect(readProxyAnswer(body)).toMatch(meaning))

  it.each(['', 'RBAC: access denied', '<html>no healthy upstream', '{"code":"TL_FAULT"}'])(
    'is undefined for any other text: %j',
    (body) => expect(readProxyAnswer(body)).toBeUndefined(),
  )
})
