import type { Attributes } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { redactQuery, setKnownMethods, setMethod, spanMethod } from './http-attributes.ts'

describe('redactQuery', () => {
  it.each([
    'X-Amz-Signature',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'X-Goog-Signature',
    'X-Goog-Credential',
    'AWSAccessKeyId',
    'Signature',
    'sig',
    'access_token',
    'x-amz-signature',
    'SIG',
    'X%2DAmz%2DSignature',
    's%69g',
    'X-Oss-Signature',
    'OSSAccessKeyId',
    'x-cos-security-token',
    'q-signature',
    'q-ak',
    'Key-Pair-Id',
    'GoogleAccessId',
    'refresh_token',
    'id_token',
    'client_secret',
    'api_key',
    'apikey',
    'Password',
  ])('redacts the value of %s, and keeps everything else', (name) => {
    expect(redactQuery(`${name}=secret`)).toBe(`${name}=REDACTED`)
    expect(redactQuery(`a=1&${name}=se=cr;et&b=%20`)).toBe(`a=1&${name}=REDACTED&b=%20`)
    expect(redactQuery(`a=1;${name}=secret;b=2`)).toBe(`a=1;${name}=REDACTED`)
    expect(redactQuery(`${name}=one&${name}=two`)).toBe(`${name}=REDACTED&${name}=REDACTED`)
    expect(redactQuery(`url=http://b/?${name}=secret&c=3`)).toBe(`url=http://b/?${name}=REDACTED&c=3`)
    expect(redactQuery(`url=%2Fk%3Fa%3D1%26${name}%3Dsecret&c=3`)).toBe(`url=%2Fk%3Fa%3D1%26${name}%3DREDACTED&c=3`)
  })

  it.each([
    '',
    'a=1&b=2',
    'design=1&signal=2',
    'sig',
    '%',
    'x-amz-date=1',
    '%E0%A4%A=1',
    'X-Amz-SignedHeaders=host',
    'page_token=1',
    'key=a%3Db',
    'sort=signature',
  ])('keeps %j unchanged', (query) => {
    expect(redactQuery(query)).toBe(query)
  })
})

describe('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS', () => {
  afterEach(() => setKnownMethods(undefined))

  const attributesOf = (method: string): Attributes => {
    const attributes: Attributes = {}
    setMethod(attributes, method)
    return attributes
  }

  it('replaces the usual methods', () => {
    setKnownMethods('GET, PURGE')
    expect([spanMethod('PURGE'), spanMethod('GET'), spanMethod('POST')]).toEqual(['PURGE', 'GET', 'HTTP'])
    expect(attributesOf('PURGE')).toEqual({ 'http.request.method': 'PURGE' })
    expect(attributesOf('POST')).toEqual({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'POST',
    })
  })

  it.each([undefined, '', ' , '])('says nothing when it is %j', (list) => {
    setKnownMethods(list)
    expect([spanMethod('POST'), spanMethod('PURGE')]).toEqual(['POST', 'HTTP'])
  })
})
