import type { IncomingHttpHeaders } from 'node:http'
import { isPropagationHeader } from '@throughline/propagation'
import { parseSpiffeId } from '@throughline/service-kit'

/** What arrived, as counting saw it. */
export interface Explanation {
  /** The trace headers of the catalogue, and no others. */
  headers: Record<string, string>
  /** Both ends of the mutual TLS connection, as the sidecar names them; null without a sidecar. */
  peer: { caller: string; self: string | null } | null
}

/** A caller sends this header to learn what arrived. A header, not a query: mesh policies are written for `/`. */
const EXPLAIN_HEADER = 'x-throughline-explain'

/** Longest header value in an explanation. */
const VALUE_LIMIT = 512

/** Explains a request that carries {@link EXPLAIN_HEADER}; undefined for any other. */
export function explainRequest(headers: IncomingHttpHeaders): Explanation | undefined {
  if (headers[EXPLAIN_HEADER] !== '1') return undefined
  const traceHeaders = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && isPropagationHeader(name) ? [[name, value.slice(0, VALUE_LIMIT)] as const] : [],
  )
  return { headers: Object.fromEntries(traceHeaders), peer: parsePeer(headers['x-forwarded-client-cert']) }
}

/** The SPIFFE ids of the last element, written by our own sidecar (Envoy, `x-forwarded-client-cert`). */
function parsePeer(header: string | string[] | undefined): Explanation['peer'] {
  const last = typeof header === 'string' ? header.slice(0, 4096).split(',').at(-1) : undefined
  const caller = idOf(last, 'URI')
  return caller === null ? null : { caller, self: idOf(last, 'By') }
}

function idOf(element: string | undefined, key: 'URI' | 'By'): string | null {
  const pair = element?.split(';').find((part) => part.startsWith(`${key}=`))
  return parseSpiffeId(pair?.slice(key.length + 1))
}
