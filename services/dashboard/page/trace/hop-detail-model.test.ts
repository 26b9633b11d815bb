import { describe, expect, it } from 'vitest'
import { describeHop } from './hop-detail-model.js'
import { parseExplanation } from './parse-explanation.js'
import { parseTrace } from './parse-trace.js'
import { buildTraceModel } from './trace-model.js'
import { FIXTURE_TRACE_ID, toAnswer, wholeChain } from './trace-sketch.test-support.ts'

const trace = parseTrace(toAnswer(wholeChain))
const model = buildTraceModel(
  trace ?? { traceId: FIXTURE_TRACE_ID, spans: [], places: [], problems: [], reachesUpstream: false, suspects: [] },
)
function row(service: string, kind: string) {
  const found = model.rows.find((each) => each.service === service && each.kind === kind)
  if (found === undefined) throw new Error(`no ${kind} row of ${service}`)
  return found
}
const last = model.rows.at(-1)
const parentId = last?.parentId ?? ''

const explanation = (values: { sent?: object; received?: object; caller?: object | null } = {}) =>
  parseExplanation({
    service: 'dashboard',
    received: {},
    caller: null,
    calls: [
      {
        url: 'http://127.0.0.1:9101',
        sent: { traceparent: 'old', 'x-b3-spanid': 'same', ...values.sent },
        hop: {
          service: 'counting',
          received: {
            traceparent: `00-${FIXTURE_TRACE_ID}-${parentId}-01`,
            'x-b3-spanid': 'same',
            'x-request-id': 'r',
          },
          caller: { traceId: FIXTURE_TRACE_ID, spanId: parentId, format: 'w3c', reason: 'rewritten', ...values.caller },
          ...values.received,
        },
      },
    ],
  }) ?? null

describe('a hop in words', () => {
  it('shows the received headers, their changes on the way, and the one naming the parent', () => {
    if (last === undefined) throw new Error('no rows')
    const { facts, tables } = describeHop(last, model, explanation())
    expect(tables[0]?.headers).toEqual([
      {
        name: 'traceparent',
        value: `00-${FIXTURE_TRACE_ID}-${parentId}-01`,
        note: 'rewritten on the way',
        chosen: true,
      },
      { name: 'x-b3-spanid', value: 'same', note: 'as it was sent', chosen: false },
      { name: 'x-request-id', value: 'r', note: 'added on the way', chosen: false },
    ])
    expect(facts.at(-1)).toMatch(new RegExp(`^Its parent is span ${parentId}, from traceparent\\. .*freshest wins`))
  })

  it('shows the outgoing headers, and explains missing ones', () => {
    const { tables } = describeHop(row('dashboard', 'client'), model, explanation())
    expect(tables[0]).toMatchObject({ title: 'Trace headers that left', headers: [{ name: 'traceparent' }, {}] })
    const { facts } = describeHop(row('dashboard', 'server'), model, explanation())
    expect(facts.at(-1)).toBe('No trace context arrived, so a trace starts here.')
  })

  it('says how long a proxy held the request, and what the proxies did to its headers', () => {
    const proxy = model.rows.find((each) => each.proxy)
    if (proxy === undefined) throw new Error('no proxy')
    const { facts } = describeHop(proxy, model, explanation())
    expect(facts[0]).toMatch(/ of .* in this proxy.*: .* on the way in, .* on the way back\./)
    expect(facts[1]).toBe(
      'On the way, the sidecars rewrote traceparent, added x-request-id, forwarded x-b3-spanid as sent.',
    )
  })

  it.each([
    ['the sidecar of the first application', { service: 'dashboard-sidecar' }, 'sidecar'],
    ['a gateway', { service: 'edge', node: 'router~10.0.0.1~edge.shop~shop.svc' }, 'gateway'],
  ])('says nothing of headers at %s in front of it, where none are known', (_what, proxy, role) => {
    const front = { id: 'e1', proxy: true, kind: 'server', start: 0, duration: 1100, ...proxy }
    const entered = wholeChain.map((span) => (span.id === 'a1' ? { ...span, parent: 'e1' } : span))
    const behindIt = parseTrace(toAnswer([front, ...entered]))
    if (behindIt === undefined) throw new Error('the fixture is not a trace')
    const whole = buildTraceModel(behindIt)
    const [first, , , outbound] = whole.rows
    if (first === undefined || outbound === undefined) throw new Error('no rows')
    expect(describeHop(first, whole, explanation())).toMatchObject({ title: `${proxy.service}, ${role}, server` })
    expect(describeHop(first, whole, explanation()).facts).toHaveLength(1)
    expect(describeHop(outbound, whole, explanation()).facts).toHaveLength(2)
  })

  it('gives the same self time as its row, with a call that was tried twice', () => {
    const again = { id: 'c0', parent: 'b1', service: 'counting-sidecar', proxy: true, start: 210, duration: 30 }
    const retried = parseTrace(toAnswer([...wholeChain, again]))
    if (retried === undefined) throw new Error('the fixture is not a trace')
    const tries = buildTraceModel(retried)
    const outbound = tries.rows.find(({ spanId }) => spanId === 'b1')
    if (outbound === undefined) throw new Error('no row')
    expect(outbound.selfUs).toBe(170)
    expect(describeHop(outbound, tries, null).facts[0]).toBe(
      'Self time 170 µs of 400 µs in this proxy and on the wire: 10 µs on the way in, 150 µs on the way back.',
    )
  })

  it.each([
    ['that ends after it', { start: 320, duration: 400 }, '200 µs of 600 µs: 200 µs on the way in, 0 µs'],
    ['that starts before it', { start: 80, duration: 400 }, '200 µs of 600 µs: 0 µs on the way in, 200 µs'],
    ['that takes longer than it', { start: 80, duration: 700 }, '0 µs of 600 µs: 0 µs on the way in, 0 µs'],
  ])('adds up, by the clock of another program, with a child %s', (_what, times, expected) => {
    const skewed = parseTrace(toAnswer(wholeChain.map((span) => (span.id === 'b1' ? { ...span, ...times } : span))))
    if (skewed === undefined) throw new Error('the fixture is not a trace')
    const whole = buildTraceModel(skewed)
    const client = whole.rows.find(({ spanId }) => spanId === 'a2')
    if (client === undefined) throw new Error('no row')
    expect(describeHop(client, whole, null).facts[0]).toBe(`Self time ${expected} on the way back.`)
  })

  it('notes that the dashboard no longer has the request', () => {
    if (last === undefined) throw new Error('no rows')
    expect(describeHop(last, model, null).facts.at(-1)).toMatch(/no longer holds/)
  })
})
