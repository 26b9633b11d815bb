import {
  type Context,
  context as contextApi,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
  TraceFlags,
} from '@opentelemetry/api'
import { type Extracted, type ExtractOptions, extract } from '../extract.ts'
import { HeaderBaggage } from './header-baggage.ts'
import { isSpanId, isTraceId } from '../formats/hex.ts'
import { MeshContext, type MeshState, meshStateOf } from './mesh-context.ts'
import { MeshTraceState } from './mesh-tracestate.ts'
import { writeUnmarked } from '../outgoing.ts'
import { processState } from '../process-state.ts'
import type { Selection } from '../select.ts'
import type { TraceContext } from '../formats/trace-context.ts'

/** Options of {@link MeshPropagator}. */
export type MeshPropagatorOptions = ExtractOptions

const SUPPRESSED_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const RANDOM_FLAG = 2
const NO_LINKS: readonly Link[] = []
const NO_MEMBERS = { tracestate: undefined, isTaken: false }
const CONTEXT_FIELDS = ['traceparent', 'tracestate', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled'] as const

/**
 * The propagator that is right under every Envoy tracer: reads W3C, B3 multi and B3 single and chooses the context that
 * a proxy wrote last; writes W3C and B3 multi. It also propagates `baggage` and `x-request-id`, so it needs no
 * composite propagator.
 *
 * Where B3 left the sampling decision open, the extracted span counts as sampled: a parent-based sampler then records,
 * and an outgoing call says `1`. See {@link isSamplingDeferred} for a sampler that decides by itself. A B3 decision
 * without ids: "no" makes an unsampled parent of new ids (W3C Trace Context, processing model), "yes" is left to the
 * sampler.
 */
export class MeshPropagator implements TextMapPropagator {
  readonly #options: MeshPropagatorOptions

  constructor(options: MeshPropagatorOptions = {}) {
    this.#options = options
  }

  /**
   * Writes nothing while tracing is suppressed or a rule keeps headers from the call that is being made, and no trace
   * headers for a span context that is not valid.
   */
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    if (context === ROOT_CONTEXT || processState.withheld) return
    const { others, span, baggage, state } = MeshContext.of(context)
    if (others !== ROOT_CONTEXT && others.getValue(SUPPRESSED_KEY) === true) return
    const spanContext = span?.spanContext()
    const isCaller = spanContext !== undefined && isCallers(spanContext, state)
    if (spanContext !== undefined && (isCaller || hasValidIds(spanContext, state))) {
      const { traceId, spanId, traceFlags, traceState } = spanContext
      processState.injectedSpanId = spanId
      const members = MeshTraceState.of(traceState)
      writeUnmarked(
        {
          traceId,
          spanId,
          sampled: isCaller && state?.deferred === true ? undefined : (traceFlags & TraceFlags.SAMPLED) !== 0,
          random: (traceFlags & RANDOM_FLAG) !== 0 || (state?.random === true && state.parent?.traceId === traceId),
          tracestate: members.serialize(),
          isTaken: members.isTaken,
          received: state?.parent === spanContext ? state.received : undefined,
        },
        carrier,
        setter,
      )
    }
    const header = baggage === undefined ? undefined : HeaderBaggage.headerOf(baggage)
    if (header !== undefined) setter.set(carrier, 'baggage', header)
    if (state?.requestId !== undefined && (isCaller || !isOfMessage(span)))
      setter.set(carrier, 'x-request-id', state.requestId)
  }

  /** Missing or invalid headers leave the context unchanged. */
  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    if (carrier === undefined || carrier === null) return context
    const extracted = extract(carrier, getter, this.#options)
    if (extracted === undefined) return context
    const parent = this.#options.edge === true ? undefined : remoteParent(extracted)
    return MeshContext.of(context).withState(
      stateOf(extracted, parent, this.#options),
      parent && trace.wrapSpanContext(parent),
      extracted.baggage === undefined ? undefined : new HeaderBaggage(extracted.baggage),
    )
  }

  /**
   * The five names of a trace context, and those of `baggage` and `x-request-id` where an injection of the active
   * context writes them. Instrumentations of queues count these names, because a message has ten attributes at most.
   */
  fields(): string[] {
    const { span, baggage, state } = MeshContext.of(contextApi.active())
    const names: string[] = [...CONTEXT_FIELDS]
    if (baggage !== undefined && HeaderBaggage.headerOf(baggage) !== undefined) names.push('baggage')
    if (state?.requestId !== undefined && !isOfMessage(span)) names.push('x-request-id')
    return names
  }
}

/** Whether a span sends a message: no Envoy reads a request id there, and attributes are few. */
function isOfMessage(span: Span | undefined): boolean {
  return (span as { kind?: SpanKind } | undefined)?.kind === SpanKind.PRODUCER
}

/** Links to the other contexts of a request: pass them to the server span. */
export function getLinks(context: Context): Link[] {
  return [...(meshStateOf(context)?.links ?? NO_LINKS)]
}

/** The incoming `x-request-id`, which is forwarded with every outgoing call. */
export function getRequestId(context: Context): string | undefined {
  return meshStateOf(context)?.requestId
}

/**
 * An incoming `x-request-id` that is not a UUID and therefore not forwarded: for logs. Printable, 128 characters at
 * most.
 */
export function getClientRequestId(context: Context): string | undefined {
  return meshStateOf(context)?.clientRequestId
}

/** Whether the remote parent left the sampling decision open, for a sampler that makes it. */
export function isSamplingDeferred(context: Context): boolean {
  const state = meshStateOf(context)
  return state?.deferred === true && state.parent?.spanId === trace.getSpanContext(context)?.spanId
}

function remoteParent({ selection, decision }: Extracted): SpanContext | undefined {
  if (selection !== undefined) return toSpanContext(selection.context, selection)
  return decision === false ? unsampledParent() : undefined
}

function stateOf(
  { selection, requestId, clientRequestId }: Extracted,
  parent: SpanContext | undefined,
  { edge }: MeshPropagatorOptions,
): MeshState {
  const context = edge === true ? undefined : selection?.context
  return {
    requestId,
    clientRequestId,
    links: selection === undefined ? NO_LINKS : linksOf(selection, edge === true),
    parent,
    deferred: context !== undefined && context.sampled === undefined,
    random: context?.random === true,
    received: parent === undefined ? undefined : selection?.received,
  }
}

function linksOf({ context, links }: Selection, edge: boolean): readonly Link[] {
  const all = edge ? [context, ...links] : links
  return all.length === 0 ? NO_LINKS : all.map(toLink)
}

function toLink(context: TraceContext): Link {
  return { context: toSpanContext(context, NO_MEMBERS), attributes: { 'throughline.link.format': context.format } }
}

function toSpanContext(
  { traceId, spanId, sampled }: TraceContext,
  { tracestate, isTaken }: Pick<Selection, 'tracestate' | 'isTaken'>,
): SpanContext {
  const traceFlags = sampled === false ? TraceFlags.NONE : TraceFlags.SAMPLED
  if (tracestate === undefined) return { traceId, spanId, traceFlags, isRemote: true }
  return { traceId, spanId, traceFlags, isRemote: true, traceState: new MeshTraceState(tracestate, isTaken) }
}

/** A parent that is never recorded, so that a parent-based sampler follows a "no" without ids. */
function unsampledParent(): SpanContext {
  const hex = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32), traceFlags: TraceFlags.NONE, isRemote: true }
}

/** Whether a span is the one that was extracted, whose ids have been checked. */
function isCallers(span: SpanContext, state: MeshState | undefined): boolean {
  const parent = state?.parent
  return parent !== undefined && (span === parent || (span.spanId === parent.spanId && span.traceId === parent.traceId))
}

/** An SDK's spans have the extracted trace id, so it is not parsed again. */
function hasValidIds({ traceId, spanId }: SpanContext, state: MeshState | undefined): boolean {
  return (traceId === state?.parent?.traceId || isTraceId(traceId)) && isSpanId(spanId)
}
