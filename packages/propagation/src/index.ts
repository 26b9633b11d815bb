export { formatB3TraceId, parseB3Decision, parseB3Multi, parseB3Single } from './b3.ts'
export type { B3Headers } from './b3.ts'
export { checkBaggage, formatBaggage, parseBaggage } from './baggage.ts'
export type { BaggageMember } from './baggage.ts'
export { extract } from './extract.ts'
export type { Extracted, ExtractOptions, HeaderGetter } from './extract.ts'
export { currentForwardHeaders, enterForwardHeaders, forwardHeaders, runWithForwardHeaders } from './forward.ts'
export type { ForwardOptions } from './forward.ts'
export { HEADER_CATALOGUE, IDENTITY_HEADERS, isPropagationHeader } from './headers.ts'
export type { CatalogueEntry, HeaderRule, HeaderWriter, IdentityHeader } from './headers.ts'
export type { IncomingHeaders } from './incoming.ts'
export { writeContext } from './outgoing.ts'
export type { HeaderSetter, OutgoingContext } from './outgoing.ts'
export { isRequestId, isSafeRequestId } from './request-id.ts'
export { MARK_KEY, selectContext } from './select.ts'
export type { Candidates, Hint, Selection, SelectOptions, SelectReason } from './select.ts'
export type { TraceContext, TraceFormat } from './trace-context.ts'
export {
  isTracestateKey,
  isTracestateValue,
  parseTracestate,
  tracestateMember,
  withoutTracestateMember,
  withTracestateMember,
} from './tracestate.ts'
export { formatTraceparent, parseTraceparent } from './w3c.ts'
export type { TraceparentFields } from './w3c.ts'
