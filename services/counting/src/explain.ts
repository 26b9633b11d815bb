import type { IncomingHttpHeaders } from 'node:http'
import { isPropagationHeader } from '@throughline/propagation'

/** What arrived, as counting saw it. */
export interface Explanation {
  /** The trace headers of the catalogue, and no others. */
  headers: Record<string, string>
  /** Both ends of the mutual TLS connection, as the sidecar names them; null where no sidecar did. */
  peer: { caller: string; self: string | null } | null
}

/** With this header a caller asks to be told what arrived. A header, not a query: mesh policies are written for `/`. */
const EXPLAIN_HEADER = 'x-throughline-explain'

/** Longest header value that is told. */
const VALUE_LIMIT = 512

/** What a caller is told that asks for it with {@link EXPLAIN_HEADER}; undefined for the others. */
export function explainRequest(headers: IncomingHttpHeaders): Explanation | undefined {
  if (headers[EXPLAIN_HEADER] !== '1') return undefined
  const told = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && isPropagationHeader(name) ? [[name, value.slice(0, VALUE_LIMIT)] as const] : [],
  )
  return { headers: Object.fromEntries(told), peer: parsePeer(headers['x-forwarded-client-cert']) }
}

/** The SPIFFE ids of the last element, which the sidecar beside us wrote (Envoy, `x-forwarded-client-cert`). */
function parsePeer(header: string | string[] | undefined): Explanation['peer'] {
  const last = typeof header === 'string' ? header.slice(0, 4096).split(',').at(-1) : undefined
  const caller = idOf(last, 'URI')
  return caller === null ? null : { caller, self: idOf(last, 'By') }
}

function idOf(element: string | undefined, key: 'URI' | 'By'): string | null {
  const pair = element?.split(';').find((part) => part.startsWith(`${key}=`))
  const id = pair?.slice(key.length + 1) ?? ''
  return /^spiffe:\/\/[\w./:-]{1,240}$/.test(id) ? id : null
}
