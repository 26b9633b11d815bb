import type { Tracer } from '@throughline/lab-meshes'
import { describe, expect, it } from 'vitest'
import type { Break } from './breaks.ts'
import { createBreaker } from './create-breaker.ts'

const breaks: Break[] = [
  { id: 'TLV1', title: 'a', situation: 'a.', tracer: 'zipkin', env: { counting: { A: '1' } } },
  { id: 'TLV2', title: 'b', situation: 'b.', access: 'denied', env: { counting: { A: '1' }, dashboard: { B: '2' } } },
  { id: 'TLV3', title: 'c', situation: 'c.', tracer: 'datadog' },
]

/** A lab that notes what is done to it; `fails` throws at every restart. */
function startFakeLab({ withDashboard = true } = {}) {
  const done: string[] = []
  const state = { tracer: 'opentelemetry' as Tracer, fails: false }
  const service = (name: string) => ({
    restartWith: async (env: Record<string, string>) => {
      if (state.fails) throw new Error(`${name} ended`)
      done.push(`${name} ${JSON.stringify(env)}`)
    },
  })
  const breaker = createBreaker({
    mesh: {
      status: async () => ({ tracer: state.tracer }) as never,
      tracing: async (tracer) => {
        done.push(tracer)
        state.tracer = tracer
      },
      allow: async () => void done.push('allow'),
      deny: async () => void done.push('deny'),
    },
    tracers: ['opentelemetry', 'zipkin', 'none'],
    services: () => ({ counting: service('counting'), ...(withDashboard && { dashboard: service('dashboard') }) }),
    breaks,
  })
  const choose = async (id: string | null): Promise<string[]> => {
    done.length = 0
    breaker.choose(id)
    await breaker.settled()
    return [...done]
  }
  return { breaker, choose, done, state }
}

describe('a breaker', () => {
  it('offers what the sidecars and the services of the lab can show', () => {
    expect(startFakeLab().breaker.status().breaks).toMatchObject([{ id: 'TLV1' }, { id: 'TLV2' }])
    const { breaker } = startFakeLab({ withDashboard: false })
    expect(breaker.status().breaks).toEqual([{ id: 'TLV1', title: 'a', situation: 'a.' }])
    for (const id of ['TLV2', 'TLV3', 'constructor']) expect(() => breaker.choose(id)).toThrow('only TLV1')
  })

  it('changes only what differs, and restores what it changed', async () => {
    const { choose } = startFakeLab()
    expect(await choose('TLV1')).toEqual(['zipkin', 'counting {"A":"1"}'])
    expect(await choose('TLV1')).toEqual([])
    expect(await choose('TLV2')).toEqual(['opentelemetry', 'deny', 'dashboard {"B":"2"}'])
    expect(await choose(null)).toEqual(['allow', 'counting {}', 'dashboard {}'])
    expect(await choose(null)).toEqual([])
  })

  it('answers at once, and the last of several requests wins', async () => {
    const { breaker, done } = startFakeLab()
    breaker.choose('TLV1')
    expect(breaker.status()).toMatchObject({ current: 'TLV1', changing: true, error: null })
    breaker.choose('TLV2')
    breaker.choose(null)
    await breaker.settled()
    expect(breaker.status()).toMatchObject({ current: null, changing: false, error: null })
    expect(done).toEqual(['zipkin', 'counting {"A":"1"}', 'opentelemetry', 'counting {}'])
  })

  it('says why a change failed, tries it again on request, and can be repaired', async () => {
    const { breaker, choose, state } = startFakeLab()
    state.fails = true
    await choose('TLV1')
    expect(breaker.status()).toMatchObject({ current: 'TLV1', changing: false, error: 'counting ended' })
    state.fails = false
    expect(await choose('TLV1')).toEqual(['counting {"A":"1"}'])
    expect(breaker.status().error).toBeNull()
    expect(await choose(null)).toEqual(['opentelemetry', 'counting {}'])
  })
})
