import { listen } from '@throughline/service-kit'
import { pollUntil } from '@throughline/lab-testkit'
import { describe, expect, it } from 'vitest'
import { count, createTestDashboard, startUpstream } from '../app.test-support.ts'

const VISITOR = '4bf92f3577b34da6a3ce929d0e0e4736'
const headers = {
  traceparent: `00-${VISITOR}-00f067aa0ba902b7-01`,
  tracestate: 'secret=1',
  'x-throughline-own': 'guessed',
}

/** A dashboard on a port that calls itself once when it is asked to; what its history says. */
async function running(upstream: string, history: 'all' | 'own') {
  let url = ''
  let ownCalls = 0
  const { app, close } = createTestDashboard(upstream, {
    history,
    traffic: 'off',
    traceId: () => VISITOR,
    callSelf: async (path, marked) => {
      ownCalls += 1
      await (await fetch(`${url}${path}`, { headers: marked })).text()
    },
  })
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  url = server.url
  const entries = async () =>
    ((await (await fetch(`${url}/api/history`)).json()) as { entries: { seq: number }[] }).entries.length
  return {
    url,
    entries,
    callOnce: async () => {
      await fetch(`${url}/api/traffic/once`, { method: 'POST', headers: { origin: url } })
      await pollUntil(() => ownCalls === 1, { what: 'a request of the dashboard' })
    },
    [Symbol.asyncDispose]: async () => {
      close()
      await server.close(1000)
    },
  }
}

describe('HISTORY', () => {
  it('own: shows what the dashboard asked itself, and nothing of a visitor', async () => {
    await using upstream = await startUpstream(count)
    await using made = await running(upstream.url, 'own')
    const answer = (await (await fetch(`${made.url}/api/count?explain=1`, { headers })).json()) as { explain: object }
    // To the visitor alone.
    expect(JSON.stringify(answer.explain)).toContain('secret=1')
    expect(await made.entries()).toBe(0)
    expect((await fetch(`${made.url}/api/requests/${VISITOR}`)).status).toBe(404)
    await made.callOnce()
    await pollUntil(async () => (await made.entries()) === 1, { what: 'the request in the history' })
    const recorded = await (await fetch(`${made.url}/api/requests/${VISITOR}`)).text()
    expect(recorded).not.toContain('secret')
  })

  it('all: shows the requests of everyone', async () => {
    await using upstream = await startUpstream(count)
    await using made = await running(upstream.url, 'all')
    await fetch(`${made.url}/api/count`, { headers })
    expect(await made.entries()).toBe(1)
    expect(await (await fetch(`${made.url}/api/requests/${VISITOR}`)).text()).toContain('secret=1')
    await made.callOnce()
    await pollUntil(async () => (await made.entries()) === 2, { what: 'the request in the history' })
  })
})
