import {
  type Baggage,
  type Context,
  createContextKey,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api'

/** What the propagator keeps in a Context beside span and baggage. */
export interface MeshState {
  readonly requestId: string | undefined
  readonly clientRequestId: string | undefined
  readonly links: readonly Link[]
  /** The trace that the caller was in. */
  readonly traceId: string | undefined
  /** Whether the caller said that the id of that trace is random. */
  readonly random: boolean
  /** The remote span whose sampling decision is still open. */
  readonly deferredSpanId: string | undefined
}

const SPAN_KEY = keyUsedBy((context) => trace.setSpan(context, trace.wrapSpanContext({} as never)))
const BAGGAGE_KEY = keyUsedBy((context) => propagation.setBaggage(context, propagation.createBaggage()))
const STATE_KEY = createContextKey('throughline.propagation')

/** What the propagator kept in this Context, or in one it was made from. */
export function meshStateOf(context: Context): MeshState | undefined {
  return context.getValue(STATE_KEY) as MeshState | undefined
}

/** Options of {@link withMeshState}; what is left out stays as it is. */
export interface MeshContextValues {
  readonly state: MeshState
  readonly span: Span | undefined
  readonly baggage: Baggage | undefined
}

/** A Context with all that was extracted, for the price of one object. */
export function withMeshState(parent: Context, { state, span, baggage }: MeshContextValues): Context {
  return new MeshContext(parent, span ?? parent.getValue(SPAN_KEY), baggage ?? parent.getValue(BAGGAGE_KEY), state)
}

/**
 * A Context with a place of its own for the three values every request has. The API's Context copies a Map for every
 * value that is set, which costs more than reading all headers does. It doesn't grow however often a value is set.
 */
class MeshContext implements Context {
  readonly #others: Context
  readonly #span: unknown
  readonly #baggage: unknown
  readonly #state: unknown

  constructor(others: Context, span: unknown, baggage: unknown, state: unknown) {
    this.#others = others instanceof MeshContext ? others.#others : others
    this.#span = span
    this.#baggage = baggage
    this.#state = state
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.#span
    if (key === STATE_KEY) return this.#state
    return key === BAGGAGE_KEY ? this.#baggage : this.#others.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return new MeshContext(this.#others, value, this.#baggage, this.#state)
    if (key === STATE_KEY) return new MeshContext(this.#others, this.#span, this.#baggage, value)
    if (key === BAGGAGE_KEY) return new MeshContext(this.#others, this.#span, value, this.#state)
    return new MeshContext(this.#others.setValue(key, value), this.#span, this.#baggage, this.#state)
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY || key === STATE_KEY || key === BAGGAGE_KEY) return this.setValue(key, undefined)
    return new MeshContext(this.#others.deleteValue(key), this.#span, this.#baggage, this.#state)
  }
}

/** The API doesn't export its keys, so one is found by watching which is set. */
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
