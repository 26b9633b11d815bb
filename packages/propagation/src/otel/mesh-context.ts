import {
  type Baggage,
  type Context,
  createContextKey,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  trace,
} from '@opentelemetry/api'

/** The propagator's values in a Context, besides span and baggage. */
export interface MeshState {
  readonly requestId: string | undefined
  readonly clientRequestId: string | undefined
  readonly links: readonly Link[]
  /** The remote span that the context continues. */
  readonly parent: SpanContext | undefined
  /** Whether it left the sampling decision open. */
  readonly deferred: boolean
  /** Whether the caller said that the id of its trace is random. */
  readonly random: boolean
  /** Where `traceparent` named that span: the list that came with it, which is forwarded with it unchanged. */
  readonly received: string | undefined
}

const SPAN_KEY = keyUsedBy((context) => trace.setSpan(context, trace.wrapSpanContext({} as never)))
const BAGGAGE_KEY = keyUsedBy((context) => propagation.setBaggage(context, propagation.createBaggage()))
const STATE_KEY = createContextKey('throughline.propagation')
/** The key of `@opentelemetry/core` where framework instrumentations find the server span of a request. */
const RPC_KEY = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

const OWN_KEYS: ReadonlySet<symbol> = new Set([SPAN_KEY, BAGGAGE_KEY, STATE_KEY, RPC_KEY])

/** The propagator's values in this Context or an ancestor. */
export function meshStateOf(context: Context): MeshState | undefined {
  return context.getValue(STATE_KEY) as MeshState | undefined
}

/**
 * A Context with fields for the four values of every request. The API's Context copies a Map for every value set, which
 * costs more than reading all headers. It doesn't grow however often a value is set.
 */
export class MeshContext implements Context {
  readonly others: Context
  readonly span: Span | undefined
  readonly baggage: Baggage | undefined
  readonly state: MeshState | undefined
  readonly rpc: unknown

  static readonly #root = new MeshContext(ROOT_CONTEXT, undefined, undefined, undefined, undefined)

  private constructor(
    others: Context,
    span: Span | undefined,
    baggage: Baggage | undefined,
    state: MeshState | undefined,
    rpc: unknown,
  ) {
    this.others = others
    this.span = span
    this.baggage = baggage
    this.state = state
    this.rpc = rpc
  }

  /** Any Context as one of these. */
  static of(context: Context): MeshContext {
    if (context instanceof MeshContext) return context
    if (context === ROOT_CONTEXT) return MeshContext.#root
    const span = context.getValue(SPAN_KEY) as Span | undefined
    const baggage = context.getValue(BAGGAGE_KEY) as Baggage | undefined
    // Another copy of this package may have extracted it.
    return new MeshContext(context, span, baggage, meshStateOf(context), context.getValue(RPC_KEY))
  }

  /** This Context with all extracted values, at the cost of one object; `undefined` keeps a value. */
  withState(state: MeshState, span: Span | undefined, baggage: Baggage | undefined): MeshContext {
    return new MeshContext(this.others, span ?? this.span, baggage ?? this.baggage, state, this.rpc)
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span
    if (key === STATE_KEY) return this.state
    if (key === RPC_KEY) return this.rpc
    return key === BAGGAGE_KEY ? this.baggage : this.others.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    const { others, span, baggage, state, rpc } = this
    if (key === SPAN_KEY) return new MeshContext(others, value as Span | undefined, baggage, state, rpc)
    if (key === STATE_KEY) return new MeshContext(others, span, baggage, value as MeshState | undefined, rpc)
    if (key === BAGGAGE_KEY) return new MeshContext(others, span, value as Baggage | undefined, state, rpc)
    if (key === RPC_KEY) return new MeshContext(others, span, baggage, state, value)
    return new MeshContext(others.setValue(key, value), span, baggage, state, rpc)
  }

  deleteValue(key: symbol): Context {
    if (OWN_KEYS.has(key)) return this.setValue(key, undefined)
    return new MeshContext(this.others.deleteValue(key), this.span, this.baggage, this.state, this.rpc)
  }
}

/** The API doesn't export its keys, so a key is found by observing which one is set. */
function keyUsedBy(set: (context: Context) => unknown): symbol {
  let used: symbol | undefined
  set({
    getValue: () => undefined,
    setValue: (key) => {
      used = key
      return ROOT_CONTEXT
    },
    deleteValue: () => ROOT_CONTEXT,
  })
  if (used === undefined) throw new Error('@opentelemetry/api set no value on the context')
  return used
}
