import { describe, expect, it } from 'vitest'
import { parseB3Multi, parseB3Single } from './formats/b3.ts'
import { type Hint, selectContext } from './select.ts'
import { parseTracestate } from './formats/tracestate.ts'
import { parseTraceparent } from './formats/w3c.ts'

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

describe('the freshest of several contexts', () => {
  it('stays in the trace of a stock W3C application between zipkin sidecars, and links theirs', () => {
    const chain = { ...MARKED, w3c: 'cccccccccccccccc', multi: INBOUND, parent: OUTBOUND, multiTrace: OTHER_TRACE }
    expect(select(chain)).toMatchObject({
      context: { traceId: TRACE, spanId: 'cccccccccccccccc' },
      links: [{ traceId: OTHER_TRACE, spanId: INBOUND }],
    })
    expect(select({ ...chain, hint: 'b3' })?.context.traceId).toBe(TRACE)
  })

  it('switches to the B3 trace without a mark when the hint says b3', () => {
    const selection = select({ w3c: APP, state: 'foo=1', multi: INBOUND, multiTrace: OTHER_TRACE, hint: 'b3' })
    expect(selection).toMatchObject({ context: { traceId: OTHER_TRACE }, links: [{ traceId: TRACE, spanId: APP }] })
    expect(selection?.tracestate).toBeUndefined()
  })

  it('links a context in two formats once', () => {
    const chain = { w3c: APP, single: `${OTHER_TRACE}-${INBOUND}-1`, multi: INBOUND, multiTrace: OTHER_TRACE }
    expect(select(chain)?.links).toHaveLength(1)
  })

  it('restores the 128 bits of the trace id if B3 has lost the high half', () => {
    const chain = { ...MARKED, multi: INBOUND, parent: APP, multiTrace: TRACE.slice(16) }
    expect(select(chain)?.context).toMatchObject({ traceId: TRACE, spanId: INBOUND, format: 'b3multi' })
  })

  it('keeps the trace state of its trace when B3 wins, without our mark', () => {
    const state = `tl=p:${APP},foo=1`
    expect(select({ w3c: APP, state, multi: INBOUND, parent: APP })?.tracestate).toBe('foo=1')
  })

  it('uses the sampling decision of its trace when its own format left it open', () => {
    const b3multi = parseB3Multi({ traceId: TRACE, spanId: INBOUND, parentId: APP })
    const w3c = parseTraceparent(`00-${TRACE}-${APP}-00`)
    expect(selectContext({ b3multi, w3c })?.context).toMatchObject({ spanId: INBOUND, sampled: false })
    expect(selectContext({ b3multi })?.context.sampled).toBeUndefined()
  })

  it('is undefined without contexts', () => {
    expect(selectContext({})).toBeUndefined()
  })
})
