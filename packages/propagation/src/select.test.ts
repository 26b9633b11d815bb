import { describe, expect, it } from 'vitest'
import { parseB3Multi, parseB3Single } from './b3.ts'
import { type Hint, selectContext } from './select.ts'
import { parseTracestate } from './tracestate.ts'
import { parseTraceparent } from './w3c.ts'

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const OTHER_TRACE = '463ac35c9f6413ad48485a3953bb6124'
const APP = 'aaaaaaaaaaaaaaa1'
const OUTBOUND = 'eeeeeeeeeeeeeee1'
const INBOUND = 'eeeeeeeeeeeeeee2'

interface Chain {
  readonly w3c?: string
  readonly state?: string
  readonly multi?: string
  readonly parent?: string
  readonly single?: string
  readonly multiTrace?: string
  readonly hint?: Hint
}

const MARKED = { w3c: APP, state: `tl=p:${APP}` }

function select({ w3c, state, multi, parent, single, multiTrace = TRACE, hint = 'auto' }: Chain) {
  return selectContext(
    {
      w3c: w3c === undefined ? undefined : parseTraceparent(`00-${TRACE}-${w3c}-01`),
      b3multi: parseB3Multi({ traceId: multiTrace, spanId: multi, parentId: parent, sampled: '1' }),
      b3single: single === undefined ? undefined : parseB3Single(single),
      tracestate: state === undefined ? undefined : parseTracestate(state),
    },
    { hint },
  )
}

const CHAINS: readonly (readonly [name: string, chain: Chain, spanId: string, reason: string])[] = [
  ['no proxy on the way', { ...MARKED, multi: APP }, APP, 'untouched'],
  ['two zipkin sidecars', { ...MARKED, multi: INBOUND, parent: OUTBOUND }, INBOUND, 'rewritten'],
  ['one zipkin sidecar', { ...MARKED, multi: INBOUND, parent: APP }, INBOUND, 'rewritten'],
  ['zipkin that writes W3C too', { ...MARKED, w3c: INBOUND, multi: INBOUND, parent: OUTBOUND }, INBOUND, 'agree'],
  ['opentelemetry', { ...MARKED, w3c: INBOUND, multi: APP }, INBOUND, 'rewritten'],
  ['datadog', { w3c: INBOUND, state: `dd=s:1;p:${INBOUND},tl=p:${APP}`, multi: APP }, INBOUND, 'rewritten'],
  [
    'an old b3 beside new x-b3-* (Envoy to 1.39)',
    { single: `${TRACE}-${APP}-1`, multi: INBOUND, parent: APP },
    INBOUND,
    'rewritten',
  ],
  [
    'a new b3 beside old x-b3-* (Envoy from 1.40)',
    { single: `${TRACE}-${INBOUND}-1-${APP}`, multi: APP },
    INBOUND,
    'rewritten',
  ],
  ['zipkin without a mark, B3 a child of W3C', { w3c: APP, multi: INBOUND, parent: APP }, INBOUND, 'rewritten'],
  ['zipkin twice without a mark', { w3c: APP, multi: INBOUND, parent: OUTBOUND }, INBOUND, 'b3-parent'],
  ['opentelemetry without a mark', { w3c: INBOUND, multi: APP }, INBOUND, 'w3c-default'],
  [
    'zipkin, then datadog',
    { w3c: INBOUND, state: `dd=s:1;p:${INBOUND},tl=p:${APP}`, multi: OUTBOUND, parent: APP },
    INBOUND,
    'datadog',
  ],
  [
    'zipkin, then opentelemetry: the headers name the first',
    { ...MARKED, w3c: INBOUND, multi: OUTBOUND, parent: APP },
    OUTBOUND,
    'b3-parent',
  ],
  [
    'zipkin, then opentelemetry, with its hint',
    { ...MARKED, w3c: INBOUND, multi: OUTBOUND, parent: APP, hint: 'w3c' },
    INBOUND,
    'hint',
  ],
  [
    'opentelemetry, then zipkin, with its hint',
    { ...MARKED, w3c: OUTBOUND, multi: INBOUND, parent: APP, hint: 'b3' },
    INBOUND,
    'hint',
  ],
  [
    'ids that name each other as parent',
    { single: `${TRACE}-${INBOUND}-1-${OUTBOUND}`, multi: OUTBOUND, parent: INBOUND },
    OUTBOUND,
    'b3-parent',
  ],
]

describe('the freshest of several contexts', () => {
  it.each(CHAINS)('is found behind %s', (_name, chain, spanId, reason) => {
    expect(select(chain)).toMatchObject({ context: { spanId }, reason })
  })

  it('stays in the trace of a stock W3C application between zipkin sidecars, and links theirs', () => {
    const chain = { ...MARKED, w3c: 'cccccccccccccccc', multi: INBOUND, parent: OUTBOUND, multiTrace: OTHER_TRACE }
    expect(select(chain)).toMatchObject({
      context: { traceId: TRACE, spanId: 'cccccccccccccccc' },
      links: [{ traceId: OTHER_TRACE, spanId: INBOUND }],
    })
    expect(select({ ...chain, hint: 'b3' })?.context.traceId).toBe(TRACE)
  })

  it('goes over to the B3 trace when there is no mark and the hint says b3', () => {
    const selection = select({ w3c: APP, state: 'foo=1', multi: INBOUND, multiTrace: OTHER_TRACE, hint: 'b3' })
    expect(selection).toMatchObject({ context: { traceId: OTHER_TRACE }, links: [{ traceId: TRACE, spanId: APP }] })
    expect(selection?.tracestate).toBeUndefined()
  })

  it('links a context that came in two formats once', () => {
    const chain = { w3c: APP, single: `${OTHER_TRACE}-${INBOUND}-1`, multi: INBOUND, multiTrace: OTHER_TRACE }
    expect(select(chain)?.links).toHaveLength(1)
  })

  it('has the 128 bits of the trace id where B3 has lost the high half', () => {
    const chain = { ...MARKED, multi: INBOUND, parent: APP, multiTrace: TRACE.slice(16) }
    expect(select(chain)?.context).toMatchObject({ traceId: TRACE, spanId: INBOUND, format: 'b3multi' })
  })

  it('keeps the trace state of its trace when B3 wins, without our mark', () => {
    const state = `tl=p:${APP},foo=1`
    expect(select({ w3c: APP, state, multi: INBOUND, parent: APP })?.tracestate).toBe('foo=1')
  })

  it('takes the sampling decision from its trace when its own format left it open', () => {
    const b3multi = parseB3Multi({ traceId: TRACE, spanId: INBOUND, parentId: APP })
    const w3c = parseTraceparent(`00-${TRACE}-${APP}-00`)
    expect(selectContext({ b3multi, w3c })?.context).toMatchObject({ spanId: INBOUND, sampled: false })
    expect(selectContext({ b3multi })?.context.sampled).toBeUndefined()
  })

  it('is nothing when there are no contexts', () => {
    expect(selectContext({})).toBeUndefined()
  })
})
