import { extract, isPropagationHeader, parseBaggage, type SelectReason } from '@throughline/propagation'

/** One application on the way of a request: what arrived, whom it took for its caller, and what it called. */
export interface HopExplanation {
  service: string
  hostname: string | null
  /** Trace headers that arrived. */
  received: Record<string, string>
  /** The context chosen among those headers; null when they named none. */
  caller: CallerExplanation | null
  calls: CallExplanation[]
}

interface CallExplanation {
  url: string
  /** Trace headers that left. */
  sent: Record<string, string>
  status: number | null
  durationMs: number
  /** What the called application tells; null when it did not answer, or does not tell. */
  hop: HopExplanation | null
}

export interface CallerExplanation {
  traceId: string
  spanId: string
  sampled: boolean | null
  /** The format it was read from. */
  format: string
  /** The rule that decided, see `selectContext`. */
  reason: SelectReason
  /** Span ids of other traces that the headers named as well. */
  others: string[]
}

/** What an upstream tells of itself, checked. */
export interface UpstreamExplanation {
  headers: Record<string, string>
  peer: { caller: string; self: string | null } | null
}

const VALUE_LIMIT = 512

/** Names the caller that these headers lead to, by the same rules as the propagator that tracing uses. */
export function explainCaller(headers: Readonly<Record<string, string>>): CallerExplanation | null {
  const selection = extract(headers, { get: (from, name) => from[name] })?.selection
  if (!selection) return null
  const { context, reason, links } = selection
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    sampled: context.sampled ?? null,
    format: context.format,
    reason,
    others: links.map((link) => link.spanId),
  }
}

/** Trace headers as they may be shown: cut to a length, and of others' baggage the names only. */
export function showableHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === 'baggage' ? showableBaggage(value) : clean(value, VALUE_LIMIT),
    ]),
  )
}

/** What `explain` of an answer says; undefined where it can't be read. The answer may come from anywhere. */
export function parseUpstreamExplanation(value: unknown): UpstreamExplanation | undefined {
  if (!isRecord(value) || !isRecord(value['headers'])) return undefined
  const headers = Object.entries(value['headers']).flatMap(([name, text]) =>
    isPropagationHeader(name) && typeof text === 'string' ? [[name, clean(text, VALUE_LIMIT)] as const] : [],
  )
  const { peer } = value
  const caller = isRecord(peer) ? spiffeId(peer['caller']) : null
  return {
    headers: Object.fromEntries(headers),
    peer: isRecord(peer) && caller !== null ? { caller, self: spiffeId(peer['self']) } : null,
  }
}

/** Baggage can hold anything an application upstream put there; only ours is for everybody's eyes. */
function showableBaggage(header: string): string {
  const members = parseBaggage(header) ?? []
  const shown = members.map(({ key, value }) => `${key}=${key.startsWith('throughline-') ? value : '…'}`)
  return clean(shown.join(','), VALUE_LIMIT)
}

function spiffeId(value: unknown): string | null {
  return typeof value === 'string' && /^spiffe:\/\/[\w./:-]{1,240}$/.test(value) ? value : null
}

function clean(text: string, limit: number): string {
  const printable = text.replace(/\p{Cc}+/gu, ' ')
  return printable.length > limit ? `${printable.slice(0, limit)}…` : printable
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
