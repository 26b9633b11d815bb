export { formatB3TraceId, parseB3Decision, parseB3Multi, parseB3Single } from './formats/b3.ts'
export type { B3Headers } from './formats/b3.ts'
export { checkBaggage, formatBaggage, parseBaggage } from './formats/baggage.ts'
export type { BaggageMember } from './formats/baggage.ts'
export { extract } from './extract.ts'
export type { Extracted, ExtractOptions, HeaderGetter } from './extract.ts'
export { currentForwardHeaders, forwardHeaders, runWithForwardHeaders } from './forward.ts'
export type { ForwardOptions } from './forward.ts'
export { HEADER_CATALOGUE, IDENTITY_HEADERS, isPropagationHeader } from './headers.ts'
export type { CatalogueEntry, HeaderRule, HeaderWriter, IdentityHeader } from './headers.ts'
export type { IncomingHeaders } from './incoming.ts'
export { writeContext } from './outgoing.ts'
export type { HeaderSetter, OutgoingContext } from './outgoing.ts'
export { areOutgoingHeadersClaimed, claimOutgoingHeaders } from './outgoing-owner.ts'
export { isRequestId, isSafeRequestId } from './formats/request-id.ts'
export { MARK_KEY, selectContext } from './select.ts'
export type { Candidates, Hint, Selection, SelectOptions, SelectReason } from './select.ts'
export type { TraceContext, TraceFormat } from './formats/trace-context.ts'
export {
  isTracestateKey,
  isTracestateValue,
  parseTracestate,
  tracestateMember,
  withoutTracestateMember,
  withTracestateMember,
} from './formats/tracestate.ts'
export { formatTraceparent, parseTraceparent } from './formats/w3c.ts'
export type { TraceparentFields } from './formats/w3c.ts'
