import { describe, expect, it } from 'vitest'
import { describeHop, findOtherHalf } from './hop-detail-model.js'
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

  it('notes that the dashboard no longer has the request', () => {
    if (last === undefined) throw new Error('no rows')
    expect(describeHop(last, model, null).facts.at(-1)).toMatch(/no longer holds/)
  })
})

describe('a broken trace', () => {
  const other = 'b'.repeat(32)

  it('is whole when the applications say so', () => {
    expect(findOtherHalf(model, explanation())).toBeUndefined()
    expect(findOtherHalf(model, null)).toBeUndefined()
  })

  it('names the trace of its other half, and the hop that did not propagate', () => {
    const lost = explanation({ caller: { traceId: other } })
    expect(findOtherHalf(model, lost)).toMatchObject({ traceId: other, cause: expect.stringContaining('replaced') })
    if (lost?.calls[0]) lost.calls[0].sent = []
    expect(findOtherHalf(model, lost)?.cause).toMatch(/^dashboard sent no trace headers/)
  })

  it('names the finding of the doctor that fits what was sent', () => {
    const named = (id: string) => ({ id, title: '', fix: `fix of ${id}` })
    const cut = { ...model, suspects: [named('TLV101'), named('TLV103')] }
    const lost = explanation({ caller: { traceId: other } })
    expect(findOtherHalf(cut, lost)?.finding).toEqual(named('TLV103'))
    if (lost?.calls[0]) lost.calls[0].sent = []
    expect(findOtherHalf(cut, lost)?.finding).toEqual(named('TLV101'))
    expect(findOtherHalf(model, lost)?.finding).toBeNull()
  })
})
