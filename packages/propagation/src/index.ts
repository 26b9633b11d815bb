export { parseB3Multi, parseB3Single } from './formats/b3.ts'
export type { B3Headers } from './formats/b3.ts'
export { formatBaggage, parseBaggage } from './formats/baggage.ts'
export type { BaggageMember } from './formats/baggage.ts'
export { readPropagationEnvironment } from './environment.ts'
export type { PropagationEnvironment } from './environment.ts'
export { extract } from './extract.ts'
export type { Extracted, ExtractOptions, HeaderGetter } from './extract.ts'
export { currentForwardHeaders, forwardHeaders, runWithForwardHeaders } from './forward.ts'
export type { ForwardOptions } from './forward.ts'
export {
  HEADER_CATALOGUE,
  IDENTITY_HEADERS,
  isPropagationHeader,
  PROPAGATION_NAMES,
  READ_ONLY_NAMES,
} from './headers.ts'
export type { CatalogueEntry, HeaderRule, HeaderWriter, IdentityHeader } from './headers.ts'
export type { IncomingHeaders } from './incoming.ts'
export { mayHaveHeaders, runWithheld } from './adapters/call-rules.ts'
export type { ShouldForward } from './adapters/may-forward.ts'
export { areOutgoingHeadersClaimed, claimOutgoingHeaders } from './outgoing-owner.ts'
export type { HeaderSetter } from './outgoing.ts'
export { injectedSpanId } from './injected-span.ts'
export type { ForwardedHeaders } from './process-state.ts'
export { staleBeside, type Header } from './stale-headers.ts'
export { selectContext } from './select.ts'
export type { Candidates, Hint, Selection, SelectOptions, SelectReason } from './select.ts'
export type { TraceContext, TraceFormat } from './formats/trace-context.ts'
export { formatTraceparent, parseTraceparent } from './formats/w3c.ts'
export type { TraceparentFields } from './formats/w3c.ts'
