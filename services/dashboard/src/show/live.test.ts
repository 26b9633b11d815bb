import { listen } from '@throughline/service-kit'
import { pollUntil } from '@throughline/lab-testkit'
import type { AxiosInstance } from 'axios'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { count, createTestDashboard, sendJson, startUpstream } from '../app.test-support.ts'

const TRACE = 'a'.repeat(32)
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** The dashboard on a port, calling itself. */
async function running(url: string, options: Parameters<typeof createTestDashboard>[1] = {}) {
  const { app, close } = createTestDashboard(url, { traceId: () => TRACE, ...options })
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  return {
    url: server.url,
    close,
    [Symbol.asyncDispose]: async () => {
      close()
      await server.close(1000)
    },
  }
}

/** Reads a stream of events until `enough`. */
async function readEvents(url: string, enough: (text: string) => boolean, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const answer = await fetch(url, { headers, signal: abort.signal })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (enough(text)) break
  }
  abort.abort()
  return { text, answer }
}

describe('GET /api/events', () => {
  it('sends the history, then each request, and resumes after the last id', async () => {
    await using upstream = await startUpstream(count)
    await using made = await running(upstream.url, { traffic: 'off' })
    await fetch(`${made.url}/api/count`)
    const first = await readEvents(`${made.url}/api/events`, (text) => text.includes('event: traffic'))
    expect(first.answer.headers.get('content-type')).toBe('text/event-stream')
    expect(first.text).toMatch(/id: [0-9a-f]{8}-1\nevent: history\ndata: \{"reset":true,"entries":\[\{"seq":1,/)
    const id = /id: (\S+)/.exec(first.text)?.[1] ?? ''

    await fetch(`${made.url}/api/count`)
    for (const [query, headers] of [
      ['', { 'last-event-id': id }],
      [`?after=${id}`, {}],
    ] as const) {
      const again = await readEvents(`${made.url}/api/events${query}`, (text) => text.includes('traffic'), headers)
      expect(again.text).toMatch(/"reset":false,"entries":\[\{"seq":2,[^[]*\]/)
    }
  })

  it('sends heartbeats while idle and ends when the service drains', async () => {
    await using made = await running('http://127.0.0.1:1', { traffic: 'off', heartbeatMs: 20 })
    const { text } = await readEvents(`${made.url}/api/events`, (all) => all.split('event: heartbeat').length > 3)
    expect(text).toContain('event: heartbeat\ndata: {}\n\n')
    const open = readEvents(`${made.url}/api/events`, () => false)
    await pollUntil(() => fetch(`${made.url}/health`).then(({ ok }) => ok), { what: 'health' })
    made.close()
    expect((await open).text).toContain('event: history')
  })

  it('makes the dashboard call itself only while a page is open', async () => {
    let calls = 0
    await using upstream = await startUpstream(count)
    const callSelf = async () => void calls++
    await using made = await running(upstream.url, { callSelf })
    expect(calls).toBe(0)
    await readEvents(`${made.url}/api/events`, () => calls > 0)
    expect(calls).toBe(1)
  })
})

describe('GET /api/history', () => {
  it('offers the same by polling', async () => {
    await using upstream = await startUpstream(count)
    await using made = await running(upstream.url, { traffic: 'off' })
    await fetch(`${made.url}/api/count`)
    const all = await (await fetch(`${made.url}/api/history`)).json()
    expect(all).toMatchObject({ reset: true, entries: [{ seq: 1 }], traffic: { rate: 'off' } })
    const { cursor } = all as { cursor: string }
    expect(await (await fetch(`${made.url}/api/history?after=${cursor}`)).json()).toMatchObject({ entries: [] })
  })
})

describe('the records of a request', () => {
  const explained = {
    count: 5,
    hostname: 'pod-1',
    explain: {
      headers: { traceparent: PARENT, authorization: 'secret', baggage: 'user=eve,throughline-fault=delay:1' },
      peer: null,
    },
  }

  it('explain=1 adds the call tree with headers in and out, and no identity', async () => {
    await using upstream = await startUpstream(sendJson(200, explained))
    const app = createTestDashboard(upstream.url, { traceId: () => TRACE }).app
    const { body } = await request(app)
      .get('/api/count?explain=1')
      .set({ traceparent: PARENT, authorization: 'secret', cookie: 'secret' })
      .expect(200)
    expect(body.explain).toMatchObject({
      service: 'dashboard',
      received: { traceparent: PARENT },
      caller: { spanId: '00f067aa0ba902b7', format: 'w3c', reason: 'only', others: [] },
      calls: [
        {
          url: upstream.url,
          status: 200,
          hop: {
            service: 'counting',
            hostname: 'pod-1',
            received: { traceparent: PARENT, baggage: 'user=…,throughline-fault=delay:1' },
          },
        },
      ],
    })
    expect(JSON.stringify(body)).not.toContain('secret')
    const { body: kept } = await request(app).get(`/api/requests/${TRACE}`).expect(200)
    expect(kept).toMatchObject({ seq: 1, count: 5, explain: body.explain })
    expect((await request(app).get('/api/requests/unknown').expect(404)).body.code).toBe('TL_REQUEST_NOT_KEPT')
  })

  it('names its trace in response headers', async () => {
    await using upstream = await startUpstream(count)
    const app = createTestDashboard(upstream.url, {
      traceId: () => TRACE,
      spanId: () => 'b'.repeat(16),
      traceQueryUrl: 'http://127.0.0.1:1',
      traceUiUrl: 'http://jaeger/trace/{traceId}',
      instrument: (client) => {
        client.interceptors.request.use((config) => {
          config.headers.set('traceparent', `00-${TRACE}-${'c'.repeat(16)}-01`)
          return config
        })
      },
    }).app
    const { headers } = await request(app).get('/api/count').expect(200)
    expect(headers['traceresponse']).toBe(`00-${TRACE}-${'b'.repeat(16)}-01`)
    expect(headers['link']).toBe(
      `</api/traces/${TRACE}>; rel="describedby"; type="application/json", <http://jaeger/trace/${TRACE}>; rel="alternate"`,
    )
  })

  it('does not propagate on request, with FAULTS=on only', async () => {
    const seen: (string | undefined)[] = []
    await using upstream = await startUpstream((incoming, response) => {
      seen.push(incoming.headers['traceparent'] as string | undefined)
      count(incoming, response)
    })
    const instrument = (client: AxiosInstance) =>
      void client.interceptors.request.use((config) => {
        config.headers.set('traceparent', PARENT)
        return config
      })
    for (const faults of [false, true]) {
      const { app } = createTestDashboard(upstream.url, { faults, instrument })
      await request(app).get('/api/count').set('baggage', 'throughline-propagation=off').expect(200)
      await request(app).get('/api/count').expect(200)
    }
    expect(seen).toEqual([PARENT, PARENT, undefined, PARENT])
  })
})

describe('/api/traffic', () => {
  it('applies valid changes and refuses others', async () => {
    const { app } = createTestDashboard('http://127.0.0.1:1', { faults: true, traffic: 'off' })
    await request(app).post('/api/traffic').send({ fault: 'delay:500' }).expect(200)
    const { body } = await request(app).get('/api/traffic').expect(200)
    expect(body).toEqual({ rate: 'off', fault: 'delay:500', propagation: true })
    expect((await request(app).post('/api/traffic').send({ rate: 'all' }).expect(400)).body.code).toBe('TL_BAD_REQUEST')
    await request(app).post('/api/traffic').set('origin', 'http://evil.example').send({}).expect(403)
  })

  it('offers no fault without FAULTS=on', async () => {
    const { app } = createTestDashboard('http://127.0.0.1:1', { traffic: 'off' })
    for (const change of [{ fault: 'delay:500' }, { propagation: false }]) {
      expect((await request(app).post('/api/traffic').send(change).expect(404)).body.code).toBe('TL_FAULTS_OFF')
    }
    await request(app).post('/api/traffic/crash').expect(404)
    await request(app).post('/api/traffic').send({ fault: null, propagation: true, rate: 'off' }).expect(200)
  })
})
