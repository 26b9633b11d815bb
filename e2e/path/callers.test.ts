import { forwardHeaders, type Hint, type Selection } from '@throughline/propagation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  callerCells,
  copiedBesideOpenTelemetry,
  copiedByHand,
  type Headers,
  withFreshIds,
} from '../support/recorded-callers.ts'
import { callerOf, headersOf } from '../support/received.ts'
import { chainTracers, type ChainTracer } from '../support/tracer-chain-config.ts'
import { type Received, type SpanIds, startTracerChains, type TracerChains } from '../support/tracer-chains.ts'
import { callerEnvoys } from './matrix.ts'

/** One request through two sidecars with one tracer. */
interface Cell {
  name: string
  tracer: ChainTracer
  /** The inbound sidecar's tracer, where it differs. */
  inbound?: ChainTracer
  sent: Headers
  received: Received
}

/** Tracers whose spans the trace store accepts. */
const tracers = chainTracers.filter((tracer) => tracer !== 'skywalking' && tracer !== 'xray')
const traced = tracers.filter((tracer) => tracer !== 'none')
const knowsOnlyB3 = (tracer: ChainTracer): boolean => tracer.startsWith('zipkin') && !tracer.startsWith('zipkin-w3c')
const mixable = ['zipkin', 'zipkin-w3c', 'opentelemetry', 'datadog'] as const
const hintFor = (tracer: ChainTracer): Hint => (tracer.startsWith('zipkin') ? 'b3' : 'w3c')

/** What an application between two pairs of sidecars sends, given the headers it received. */
const between = {
  'forwardHeaders in between': (received: Headers) => forwardHeaders(received),
  'copied by hand': copiedByHand,
  'OpenTelemetry tracecontext, x-b3-* copied by hand': copiedBesideOpenTelemetry,
}

describe.each(callerEnvoys)('callers through Envoy %s', (envoy) => {
  let chains: TracerChains
  let inbound: ReadonlyMap<string, SpanIds>
  const cells: Cell[] = []
  const mixed: Cell[] = []

  const send = async (name: string, tracer: ChainTracer, sent: Headers, to?: ChainTracer): Promise<Cell> => {
    const received = await chains.send(sent, tracer, to)
    return { name, tracer, ...(to && { inbound: to }), sent, received }
  }

  beforeAll(async () => {
    chains = await startTracerChains(envoy)
    const first: Cell[] = []
    for (const tracer of tracers) {
      for (const { caller, situation, headers } of callerCells) {
        first.push(await send(`${caller}, ${situation}`, tracer, withFreshIds(headers)))
      }
    }
    const ours = callerCells.find(({ caller }) => caller === 'ours')?.headers ?? {}
    for (const outbound of mixable) {
      for (const to of mixable) mixed.push(await send(`${outbound}, then ${to}`, outbound, withFreshIds(ours), to))
    }
    // Before the next one: a sidecar that shares span ids may repeat them.
    const inboundOfFirst = await inboundOf([...first, ...mixed])
    const second: Cell[] = []
    for (const { name, tracer, received } of first) {
      if (!/, (?:called|called with a tracestate)$|^ours/.test(name)) continue
      for (const [application, sentBy] of Object.entries(between)) {
        second.push(await send(`${application}, behind ${name}`, tracer, sentBy(headersOf(received.request))))
      }
    }
    inbound = new Map([...inboundOfFirst, ...(await inboundOf(second))])
    cells.push(...first, ...second)
  }, 180_000)
  afterAll(() => chains?.[Symbol.asyncDispose]())

  const inboundOf = (some: readonly Cell[]): Promise<ReadonlyMap<string, SpanIds>> =>
    chains.inboundSpans(some.filter(({ tracer }) => tracer !== 'none').map(({ received }) => received.requestId))

  const selected = (cell: Cell, hint?: Hint): Selection | undefined => callerOf(cell.received.request, hint)

  /** The calling span: that of the callee's own sidecar, or without a tracer the caller's. */
  const callerSpan = ({ tracer, sent, received }: Cell): SpanIds | undefined =>
    tracer === 'none' ? ownSpanOf(sent) : inbound.get(received.requestId)

  const isRight = (cell: Cell, hint?: Hint): boolean => {
    const span = callerSpan(cell)
    const context = selected(cell, hint)?.context
    return context?.spanId === span?.spanId && context?.traceId.slice(16) === span?.traceId.slice(16)
  }

  /** A `traceparent` before sidecars that read only B3, and continue another trace or begin one. */
  const isForeign = ({ tracer, sent }: Cell): boolean =>
    knowsOnlyB3(tracer) && sent['traceparent'] !== undefined && !isInTrace(b3Of(sent), ownSpanOf(sent))

  /**
   * Without a tracer, what an SDK writes beside an older B3 that has a parent looks like an old W3C beside a fresh
   * B3.
   */
  const isCopiedParent = ({ name, tracer, sent }: Cell): boolean =>
    tracer === 'none' &&
    name.startsWith('OpenTelemetry tracecontext, x-b3') &&
    sent['x-b3-parentspanid'] !== undefined &&
    isInTrace(b3Of(sent), ownSpanOf(sent))

  it.each(tracers)('%s: every callee is the child of its own sidecar', (tracer) => {
    const own = cells.filter((cell) => cell.tracer === tracer && !isForeign(cell) && !isCopiedParent(cell))
    expect(own.length).toBeGreaterThan(200)
    expect(own.filter((cell) => !isRight(cell)).map(({ name }) => name)).toEqual([])
  })

  it.each(traced)('%s: the hint for its format is right for every caller too', (tracer) => {
    // Of two traces, our marker keeps that of the traceparent.
    const isMarked = (cell: Cell): boolean => isForeign(cell) && /(?:^|,)tl=p:/.test(cell.sent['tracestate'] ?? '')
    const own = cells.filter((cell) => cell.tracer === tracer && !isMarked(cell))
    expect(own.filter((cell) => !isRight(cell, hintFor(tracer))).map(({ name }) => name)).toEqual([])
  })

  it('a W3C client before sidecars that only read B3: its trace continues, theirs is a link', () => {
    const foreign = cells.filter(isForeign)
    expect(foreign.length).toBeGreaterThan(20)
    for (const cell of foreign) {
      expect({ cell: cell.name, ...selected(cell) }).toMatchObject({
        cell: cell.name,
        context: ownSpanOf(cell.sent),
        links: [inbound.get(cell.received.requestId)],
      })
    }
  })

  it('x-b3-* copied by hand beside a new traceparent, no tracer: the copy wins', () => {
    const copied = cells.filter(isCopiedParent)
    const wrong = copied.filter((cell) => !isRight(cell))
    expect(wrong.length).toBeGreaterThan(0)
    for (const { name, ...cell } of wrong) {
      expect({ name, ...selected({ name, ...cell }) }).toMatchObject({ name, context: b3Of(cell.sent) })
    }
    expect(copied.filter((cell) => !isRight(cell, 'w3c'))).toEqual([])
  })

  it('two tracers on one path: pairs that headers can’t distinguish, and the hint that does', () => {
    expect(mixed.filter((cell) => !isRight(cell)).map(({ name }) => name)).toEqual([
      'zipkin, then opentelemetry',
      'zipkin-w3c, then opentelemetry',
      'datadog, then zipkin',
    ])
    expect(mixed.filter((cell) => !isRight(cell, hintFor(cell.inbound ?? cell.tracer)))).toEqual([])
  })

  it.each([
    ['skywalking', 'sw8', (value: string) => value.split('-')[1]],
    ['xray', 'x-amzn-trace-id', (value: string) => /Root=([^;]+)/.exec(value)?.[1]],
  ] as const)(
    '%s: the trace continues through an application that forwards headers',
    async (tracer, header, traceOf) => {
      const first = headersOf((await chains.send({}, tracer)).request)
      const carried = forwardHeaders(first)
      expect(carried[header]).toBe(first[header])
      const second = headersOf((await chains.send(carried, tracer)).request)
      const [before = '', after = ''] = [first[header], second[header]]
      expect(traceOf(before)).toBeDefined()
      expect(after).not.toBe(before)
      expect(traceOf(after)).toBe(traceOf(before))
      const { [header]: _left, ...others } = carried
      expect(traceOf(headersOf((await chains.send(others, tracer)).request)[header] ?? '')).not.toBe(traceOf(before))
    },
  )
})

/** The context of the caller's own span: W3C's if present, because B3 may have been copied. */
function ownSpanOf(sent: Headers): SpanIds | undefined {
  const { traceparent, tracestate: _list, ...others } = sent
  return idsOf(traceparent === undefined ? others : { traceparent })
}

function b3Of({ traceparent: _w3c, tracestate: _list, ...others }: Headers): SpanIds | undefined {
  return idsOf(others)
}

function idsOf(headers: Headers): SpanIds | undefined {
  const context = callerOf({ headers: Object.entries(headers) })?.context
  return context && { traceId: context.traceId, spanId: context.spanId }
}

function isInTrace(first: SpanIds | undefined, second: SpanIds | undefined): boolean {
  return first !== undefined && first.traceId.slice(16) === second?.traceId.slice(16)
}
