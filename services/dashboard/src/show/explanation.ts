import { extract, isPropagationHeader, parseBaggage, type SelectReason } from '@throughline/propagation'
import { parseSpiffeId } from '@throughline/service-kit'
import { isRecord } from 'throughline'

/** One application that a request passes: what arrived, which caller it chose, and what it called. */
export interface HopExplanation {
  service: string
  hostname: string | null
  /** Incoming trace headers. */
  received: Record<string, string>
  /** The context chosen from those headers; null without one. */
  caller: CallerExplanation | null
  calls: CallExplanation[]
}

interface CallExplanation {
  url: string
  /** Outgoing trace headers. */
  sent: Record<string, string>
  status: number | null
  durationMs: number
  /** How the called application explains itself; null when it did not answer or does not explain. */
  hop: HopExplanation | null
}

export interface CallerExplanation {
  traceId: string
  spanId: string
  sampled: boolean | null
  /** The format it was read from. */
  format: string
  /** The deciding rule: see `selectContext`. */
  reason: SelectReason
  /** Span ids of other traces that the headers also name. */
  others: string[]
}

/** How an upstream explains itself, validated. */
export interface UpstreamExplanation {
  headers: Record<string, string>
  peer: { caller: string; self: string | null } | null
}

const VALUE_LIMIT = 512

/** Names the caller in these headers, by the same rules as the propagator. */
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

/** Trace headers, safe to show: shortened, and foreign baggage reduced to its names. */
export function showableHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === 'baggage' ? showableBaggage(value) : clean(value, VALUE_LIMIT),
    ]),
  )
}

/** Validates `explain` of an answer, which may come from anywhere; undefined when it is invalid. */
export function parseUpstreamExplanation(value: unknown): UpstreamExplanation | undefined {
  if (!isRecord(value) || !isRecord(value['headers'])) return undefined
  const headers = Object.entries(value['headers']).flatMap(([name, text]) =>
    isPropagationHeader(name) && typeof text === 'string' ? [[name, clean(text, VALUE_LIMIT)] as const] : [],
  )
  const { peer } = value
  const caller = isRecord(peer) ? parseSpiffeId(peer['caller']) : null
  return {
    headers: Object.fromEntries(headers),
    peer: isRecord(peer) && caller !== null ? { caller, self: parseSpiffeId(peer['self']) } : null,
  }
}

/** Baggage can hold anything that another application put there; only our own is safe to show. */
function showableBaggage(header: string): string {
  const members = parseBaggage(header) ?? []
  const shown = members.map(({ key, value }) => `${key}=${key.startsWith('throughline-') ? value : '…'}`)
  return clean(shown.join(','), VALUE_LIMIT)
}

function clean(text: string, limit: number): string {
  const printable = text.replace(/\p{Cc}+/gu, ' ')
  return printable.length > limit ? `${printable.slice(0, limit)}…` : printable
}
