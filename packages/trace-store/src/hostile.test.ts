import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'

import { encode } from '@msgpack/msgpack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { exportRequestType } from './otlp-schema.ts'
import { startStoreProcess } from './store-process.test-support.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const MIB = 1024 * 1024

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'
const MSGPACK = 'application/msgpack'

type Store = Awaited<ReturnType<typeof startStoreProcess>>

type UrlName = 'otlpUrl' | 'zipkinUrl' | 'datadogUrl'

function post(store: Store, name: UrlName, body: string | Uint8Array<ArrayBuffer>, type?: string) {
  const url = name === 'datadogUrl' ? `${store.datadogUrl}/v0.4/traces` : store[name]
  const usual = name === 'datadogUrl' ? MSGPACK : JSON_TYPE
  return fetch(url, { method: 'POST', body, headers: { 'content-type': type ?? usual } })
}

async function addSpans(store: Store, spans: readonly object[]): Promise<void> {
  expect((await post(store, 'zipkinUrl', JSON.stringify(spans))).status).toBe(202)
}

const list = <T>(length: number, item: (index: number) => T): T[] => Array.from({ length }, (_, index) => item(index))

/** Runs of one pattern, as large as a body may be. */
const fill = (pattern: string): string => pattern.repeat((15 * MIB) / pattern.length)
const fillBytes = (...pattern: number[]) => new Uint8Array(Buffer.alloc(15 * MIB, Buffer.from(pattern)))

const manyTags = (count: number) => Object.fromEntries(list(count, (index) => [`key-${index}`, 'v']))
const zipkinSpan = (index: number, fields: object = {}) => ({
  traceId: TRACE_ID,
  id: (index + 1).toString(16),
  ...fields,
})
const otlpSpan = (fields: object) => ({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE_ID, ...fields }] }] }],
})
const otlpTags = (count: number) =>
  list(count, (index) => ({ key: `key-${index}`, value: { stringValue: `value-${index}` } }))
const protobuf = (message: object) =>
  new Uint8Array(exportRequestType.encode(exportRequestType.fromObject(message)).finish())

/** A protobuf field of type message or bytes. */
function field(id: number, content: Uint8Array): Uint8Array {
  const length: number[] = []
  let rest = content.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([(id << 3) | 2, ...length, rest]), content])
}
const nested = (depth: number): Uint8Array =>
  list(depth, () => undefined).reduce<Uint8Array>((inner) => field(5, field(1, inner)), new Uint8Array())

/** Most processor time one request may take, GC threads included. */
const STALL_MS = 2000

// The process under test runs what is built.
beforeAll(() => void execFileSync('npx', ['tsc', '-b'], { cwd: path.join(import.meta.dirname, '..') }), 60_000)

describe('a store under hostile bodies', () => {
  let store: Store
  beforeAll(async () => void (store = await startStoreProcess()))
  afterAll(() => store[Symbol.asyncDispose]())

  it.each<[string, UrlName, () => string | Uint8Array<ArrayBuffer>, string?]>([
    ['JSON lists nested without end', 'zipkinUrl', () => fill('[')],
    ['JSON objects nested without end', 'otlpUrl', () => fill('{"a":')],
    ['millions of empty JSON objects', 'zipkinUrl', () => `[${fill('{},')}{}]`],
    ['millions of JSON numbers', 'otlpUrl', () => `{"resourceSpans":[${fill('1,')}1]}`],
    ['a JSON string of backslashes', 'zipkinUrl', () => `["${fill('\\')}"]`],
    ['a Zipkin span of 700,000 tags', 'zipkinUrl', () => JSON.stringify([zipkinSpan(1, { tags: manyTags(700_000) })])],
    [
      'an OTLP span of 95,000 tags',
      'otlpUrl',
      () => JSON.stringify(otlpSpan({ spanId: '1'.repeat(16), attributes: otlpTags(95_000) })),
    ],
    [
      'a list of 95,000 keys in one OTLP attribute',
      'otlpUrl',
      () => {
        const value = { kvlistValue: { values: otlpTags(95_000) } }
        return JSON.stringify(otlpSpan({ spanId: '1'.repeat(16), attributes: [{ key: 'a', value }] }))
      },
    ],
    [
      '80,000 spans of one trace',
      'zipkinUrl',
      () => JSON.stringify(list(80_000, (index) => zipkinSpan(index, { localEndpoint: { serviceName: `s${index}` } }))),
    ],
    ['millions of unknown protobuf fields', 'otlpUrl', () => fillBytes(0x10, 0x01), PROTOBUF],
    ['millions of empty protobuf messages', 'otlpUrl', () => fillBytes(0x0a, 0x00), PROTOBUF],
    ['protobuf groups nested without end', 'otlpUrl', () => fillBytes(0x13), PROTOBUF],
    [
      'a protobuf attribute nested 50,000 deep',
      'otlpUrl',
      () => {
        const attribute = field(9, field(2, nested(3000)))
        return new Uint8Array(field(1, field(2, field(2, attribute))))
      },
      PROTOBUF,
    ],
    [
      'an OTLP span of 95,000 tags in protobuf',
      'otlpUrl',
      () =>
        protobuf(otlpSpan({ spanId: Buffer.alloc(8, 1), traceId: Buffer.alloc(16, 1), attributes: otlpTags(95_000) })),
      PROTOBUF,
    ],
    ['nested MessagePack lists of 65,535', 'datadogUrl', () => fillBytes(0xdc, 0xff, 0xff)],
    ['nested MessagePack maps of 65,535', 'datadogUrl', () => fillBytes(0xde, 0xff, 0xff)],
    ['nested MessagePack lists of one', 'datadogUrl', () => fillBytes(0x91)],
    ['a MessagePack list of four thousand million', 'datadogUrl', () => fillBytes(0xdd, 0xff, 0xff, 0xff, 0xff)],
    [
      'a Datadog span of 150,000 tags',
      'datadogUrl',
      () => new Uint8Array(encode([[{ trace_id: 1, span_id: 1, start: 1, meta: manyTags(150_000) }]])),
    ],
  ])('answers %s quickly, in little memory', async (_, name, body, type) => {
    const sent = body()
    const before = store.cpuMs()
    const response = await post(store, name, sent, type)
    await response.arrayBuffer()
    expect(store.cpuMs() - before).toBeLessThan(STALL_MS)
    expect((await fetch(`${store.queryUrl}/health`)).status).toBe(200)
    // What the README promises.
    expect(store.peakMiB()).toBeLessThan(512)
  })
})

/** A request whose body comes to a halt before its end. */
async function sendHalf(url: string, bytes: number): Promise<http.ClientRequest> {
  const headers = { 'content-type': JSON_TYPE, 'content-length': bytes + 1 }
  const request = http.request(url, { method: 'POST', headers, agent: false })
  request.on('error', () => {})
  await new Promise((resolve) => request.write(Buffer.alloc(bytes, ' '), resolve))
  return request
}

/** The different answers to one query that twelve clients make at once; each must be whole. */
async function readTwelveTimes(url: string): Promise<string[]> {
  const answers = await Promise.all(
    list(12, async () => {
      const response = await fetch(url)
      expect(response.status).toBe(200)
      return response.text()
    }),
  )
  expect(answers.every((answer) => answer.endsWith(',"limit":0,"offset":0,"errors":null}'))).toBe(true)
  return [...new Set(answers)]
}

describe('the memory of a full store', { timeout: 60_000 }, () => {
  /** The figure in the README: the whole process, under any requests. */
  const RESIDENT_MIB = 512

  it('stays below the documented memory, full of small spans and with twelve readers', async () => {
    await using store = await startStoreProcess()
    const tags = { 'http.method': 'GET', 'http.url': 'http://localhost:9002/api/count', component: 'proxy' }
    for (let batch = 0; batch < 15; batch += 1) {
      const spans = list(4000, (index) => {
        const number = batch * 4000 + index
        // A trace of 30,000 spans, and then small ones.
        const id = number < 30_000 ? TRACE_ID : (number >> 3).toString(16)
        return zipkinSpan(number, { traceId: id, name: `GET /${number}`, kind: 'SERVER', tags })
      })
      await addSpans(store, spans)
    }
    const slow = http.get(`${store.queryUrl}/api/traces?limit=1500`)
    const [paused] = (await once(slow, 'response')) as [http.IncomingMessage]
    paused.pause()
    expect((await readTwelveTimes(`${store.queryUrl}/api/traces?limit=1500`)).length).toBe(1)
    const before = store.cpuMs()
    expect((await fetch(`${store.queryUrl}/api/dependencies`)).status).toBe(200)
    expect(store.cpuMs() - before).toBeLessThan(STALL_MS)
    slow.destroy()
    expect(store.peakMiB()).toBeLessThan(RESIDENT_MIB)
  })

  it.each([
    ['large tags', 150, { tags: { large: 'x'.repeat(100_000) } }],
    ['many tags', 20, { tags: manyTags(200) }],
    ['large descriptions of their process', 150, { localEndpoint: { serviceName: 'x'.repeat(100_000) } }],
    ['text beyond Latin-1', 150, { tags: { large: '\u4e00'.repeat(30_000) } }],
    ['many annotations', 20, { annotations: list(100, (index) => ({ timestamp: index, value: 'x' })) }],
  ])('stays below it full of spans with %s', async (_, megabytes, fields) => {
    await using store = await startStoreProcess()
    const count = Math.floor((6 * MIB) / Buffer.byteLength(JSON.stringify(fields)) / 2)
    for (let batch = 0; batch < megabytes / 3; batch += 1) {
      const spans = list(count, (index) =>
        zipkinSpan(index, { ...fields, traceId: (batch * count + index + 1).toString(16) }),
      )
      await addSpans(store, spans)
    }
    expect(store.peakMiB()).toBeLessThan(RESIDENT_MIB)
  })

  it('stays below it with 400 endless bodies, and keeps reading others', async () => {
    await using store = await startStoreProcess()
    const halves = await Promise.all(list(400, () => sendHalf(store.zipkinUrl, MIB)))
    await addSpans(store, [zipkinSpan(1)])
    expect(store.peakMiB()).toBeLessThan(RESIDENT_MIB)
    for (const half of halves) half.destroy()
  })

  it('answers all of twelve reads of one large trace', async () => {
    await using store = await startStoreProcess()
    const tags = { large: 'x'.repeat(2000) }
    for (let batch = 0; batch < 3; batch += 1) {
      const spans = list(3000, (index) => zipkinSpan(batch * 3000 + index, { tags }))
      await addSpans(store, spans)
    }
    const [answer = ''] = await readTwelveTimes(`${store.queryUrl}/api/traces/${TRACE_ID}`)
    expect(answer.match(/"spanID"/g)?.length).toBe(9000)
    expect(store.peakMiB()).toBeLessThan(RESIDENT_MIB)
  })
})
