import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoint } from './endpoint.ts'
import { postRaw } from './post-raw.ts'
import { record, serve, valuesOf, type WireHeaders } from './test-server.ts'
import { traceHttp } from './traced-http.ts'

interface OfficialRequest {
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Number of calls requested from the service; default 1. */
  readonly calls?: number
  readonly expect: {
    readonly traceId?: string
    /** No incoming id may be forwarded. */
    readonly newTrace?: true
    readonly flags?: string
    /** All forwarded members in their order, after our own. */
    readonly tracestate?: readonly string[]
  }
}

interface OfficialCase {
  /** The name of the test in the official suite. */
  readonly case: string
  readonly level: 1 | 2
  readonly requests: readonly OfficialRequest[]
}

const CASES = JSON.parse(fs.readFileSync(new URL('trace-context.json', import.meta.url), 'utf8')) as OfficialCase[]
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

describe('W3C Trace Context, on the wire of a service with NodeSDK and MeshPropagator', () => {
  let tracing: AsyncDisposable | undefined
  beforeAll(() => {
    tracing = traceHttp()
  })
  afterAll(() => tracing?.[Symbol.asyncDispose]())

  it.each(CASES)('level $level: $case', async ({ requests }) => {
    for (const { headers, calls = 1, expect: wanted } of requests) {
      const sent = await callsOf(headers, calls)
      expect(sent).toHaveLength(calls)
      expect(new Set(sent.map(({ spanId }) => spanId)).size).toBe(calls)
      const incoming = headers.map(([, value]) => value).join('\n')
      for (const call of sent) {
        expect(incoming).not.toContain(call.spanId)
        expect({ ...call, newTrace: incoming.includes(call.traceId) ? undefined : true }).toMatchObject(wanted)
      }
    }
  })
})

/** Sends the headers to a service that makes some calls, and reads their headers. */
async function callsOf(headers: OfficialRequest['headers'], calls: number) {
  await using receiver = await record()
  await using service = await serve(endpoint)
  const body = Array.from({ length: calls }, (_, at) => ({ url: `${receiver.url}/${at}`, arguments: [] }))
  expect(await postRaw(service.url, headers, JSON.stringify(body))).toMatch(/^HTTP\/1\.1 200 /)
  return receiver.requests.map(contextOf)
}

function contextOf(headers: WireHeaders) {
  const traceparents = valuesOf(headers, 'traceparent')
  expect(traceparents).toHaveLength(1)
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparents[0] ?? '') ?? []
  const [mark, ...tracestate] = valuesOf(headers, 'tracestate').join(',').split(',')
  expect(mark).toBe(`tl=p:${spanId}`)
  return { traceId, spanId, flags, tracestate }
}
