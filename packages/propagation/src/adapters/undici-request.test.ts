import { describe, expect, it } from 'vitest'
import { keepHeadersSingle, setUndiciHeaders } from './undici-request.ts'

/** The part of undici's request that is used: version 5 keeps a text, later ones a list. */
class FakeRequest {
  headers: string | unknown[]

  constructor(headers: string | unknown[]) {
    this.headers = headers
  }

  addHeader(name: string, value: string): this {
    if (typeof this.headers === 'string') this.headers += `${name}: ${value}\r\n`
    else this.headers.push(name, value)
    return this
  }
}

describe('a request of undici', () => {
  it('replaces all headers of that name, in any case', () => {
    const request = new FakeRequest(['TraceParent', 'a', 'accept', 'x', 'traceparent', 'b'])
    setUndiciHeaders(request, [['traceparent', 'c']])
    expect(request.headers).toEqual(['accept', 'x', 'traceparent', 'c'])
    const text = new FakeRequest('TraceParent: a\r\naccept: x\r\n')
    setUndiciHeaders(text, [['traceparent', 'c']])
    expect(text.headers).toBe('accept: x\r\ntraceparent: c\r\n')
  })

  it('keeps only the last value of a trace header, present or added', () => {
    const request = new FakeRequest(['traceparent', 'a', 'x', '1', 'TraceParent', 'b', 'traceparent', 'c', 'x', '2'])
    keepHeadersSingle(request)
    expect(request.headers).toEqual(['x', '1', 'traceparent', 'c', 'x', '2'])
    request.addHeader('traceparent', 'd').addHeader('x', '3')
    expect(request.headers).toEqual(['x', '1', 'x', '2', 'traceparent', 'd', 'x', '3'])
  })
})
