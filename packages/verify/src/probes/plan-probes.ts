import { randomBytes, randomUUID } from 'node:crypto'
import type { ProbeContext, ProbeKind } from '../evidence/probe.ts'
import { chooseTraceId } from './choose-trace-id.ts'

/** The part of a request that verify chooses. */
export interface PlannedProbe {
  kind: ProbeKind
  repeat: number
  nonce: string
  contexts: ProbeContext[]
  requestId: string | null
  headers: Record<string, string>
}

/** Kinds that each repeat sends, in this order. */
export const REPEAT_KINDS = [
  'bare',
  'w3c',
  'b3',
  'both',
  'both-different',
  'w3c-forced',
  'w3c-no-uuid',
  'w3c-unsampled',
] as const satisfies ProbeKind[]

/** Kinds that later repeats send, to recognize a service that samples by itself. */
export const EXTRA_KINDS = ['w3c', 'b3', 'both'] as const satisfies ProbeKind[]

/** Kinds whose high trace ids are those of samplers that read ids as signed; two of each sort request tracing. */
const SIGNED_KINDS: readonly ProbeKind[] = ['b3', 'w3c-forced']

/**
 * Chooses ids, and the headers that carry them. The sender adds times and the caller's headers. Odd and even repeats of
 * a kind fall on different sides of a service's ratio sampler.
 */
export function planProbe(kind: ProbeKind, repeat: number): PlannedProbe {
  const nonce = randomBytes(6).toString('hex')
  const chooseContext = (format: ProbeContext['format']): ProbeContext => ({
    format,
    traceId: chooseTraceId(repeat % 2 === 1 ? 'low' : 'high', { signed: SIGNED_KINDS.includes(kind) }),
    spanId: randomBytes(8).toString('hex'),
  })
  const w3c = chooseContext('w3c')
  const b3: ProbeContext = { ...w3c, format: 'b3' }
  const foreignB3 = chooseContext('b3')
  const plan = (contexts: ProbeContext[], requestId: string | null, sampled = true): PlannedProbe => ({
    kind,
    repeat,
    nonce,
    contexts,
    requestId,
    headers: {
      ...Object.assign({}, ...contexts.map((context) => contextHeaders(context, nonce, sampled))),
      ...(requestId !== null && { 'x-request-id': requestId }),
    } as Record<string, string>,
  })
  switch (kind) {
    case 'bare':
      return plan([], null)
    case 'b3':
      return plan([b3], uuid('4'))
    case 'both':
      return plan([w3c, b3], uuid('4'))
    case 'both-different':
      return plan([w3c, foreignB3], uuid('4'))
    case 'w3c-forced':
      return plan([w3c], uuid('9'))
    case 'w3c-no-uuid':
      return plan([w3c], `tlv-${nonce}`)
    case 'w3c-unsampled':
      return plan([w3c], uuid('4'), false)
    default:
      return plan([w3c], uuid('4'))
  }
}

/** A random UUID with Envoy's digit for its decision: 4 not traced, 9 sampled (envoyproxy/envoy uuid_impl.cc). */
function uuid(digit: '4' | '9'): string {
  const id = randomUUID()
  return `${id.slice(0, 14)}${digit}${id.slice(15)}`
}

function contextHeaders({ format, traceId, spanId }: ProbeContext, nonce: string, sampled: boolean) {
  return format === 'w3c'
    ? { traceparent: `00-${traceId}-${spanId}-0${sampled ? 1 : 0}`, tracestate: `tlv=${nonce}` }
    : { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': sampled ? '1' : '0' }
}
