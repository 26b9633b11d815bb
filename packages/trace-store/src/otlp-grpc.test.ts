import http2 from 'node:http2'
import { describe, expect, it } from 'vitest'

import { PortBusyError } from './listen.ts'
import { serveTraceStore } from './serve-trace-store.ts'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** One call with this body, and the trailers that came back. */
async function call(url: string, { path = EXPORT, body = Buffer.alloc(5), authority = 'localhost' } = {}) {
  const session = http2.connect(url)
  session.on('error', () => {})
  const stream = session.request({ ':method': 'POST', ':path': path, ':authority': authority, te: 'trailers' })
  stream.end(body)
  const trailers = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
    stream.once('trailers', resolve).once('error', reject).resume()
  })
  session.destroy()
  return { status: trailers['grpc-status'], message: decodeURIComponent(String(trailers['grpc-message'])) }
}

describe('OTLP over gRPC', () => {
  it('accepts a message without spans', async () => {
    await using served = await serveTraceStore()
    expect(await call(served.otlpGrpcUrl)).toEqual({ status: '0', message: '' })
  })

  it.each([
    ['another method', { path: '/a.b.C/D' }, '12', /TraceService\/Export/],
    ['a body shorter than its prefix', { body: Buffer.alloc(3) }, '3', /shorter than its prefix/],
    ['a length that is wrong', { body: Buffer.from([0, 0, 0, 0, 9, 1]) }, '3', /length it names/],
    ['a message that is not gzip', { body: Buffer.from([1, 0, 0, 0, 1, 7]) }, '3', /not gzip/],
    ['a message that is not protobuf', { body: Buffer.from([0, 0, 0, 0, 2, 10, 99]) }, '3', /protobuf/],
    ['a foreign host', { authority: 'evil.example' }, '7', /Host header/],
  ])('answers %s with a status and a reason', async (_what, options, status, message) => {
    await using served = await serveTraceStore()
    const answer = await call(served.otlpGrpcUrl, options)
    expect(answer.status).toBe(status)
    expect(answer.message).toMatch(message)
    expect(served.store.spanCount).toBe(0)
  })

  it('answers any host if configured', async () => {
    await using served = await serveTraceStore({ allowedHosts: ['*'] })
    expect((await call(served.otlpGrpcUrl, { authority: 'otel-collector.observability' })).status).toBe('0')
  })

  it('names a port in use', async () => {
    await using served = await serveTraceStore()
    const otlpGrpcPort = Number(new URL(served.otlpGrpcUrl).port)
    await expect(serveTraceStore({ otlpGrpcPort })).rejects.toBeInstanceOf(PortBusyError)
  })
})
