import type { ErrorCode } from '@throughline/service-kit'
import { parseJsonObject } from './parse-json-object.ts'
import { readProxyAnswer } from './proxy-answer.ts'

/** How one call to counting went; the page shows one look for each state. */
export type CallState = 'connected' | 'denied' | 'failing' | 'unreachable'

export interface CallOutcome {
  state: CallState
  count: number | null
  hostname: string | null
  /** HTTP status of the answer; null without one. */
  status: number | null
  code: ErrorCode | null
  /** The evidence on the wire, as a sentence. Null when connected. */
  reason: string | null
}

/** The HTTP answer. */
export interface UpstreamAnswer {
  status: number
  contentType: string
  body: string
}

/**
 * The exact answer of Envoy's RBAC filter; Consul's intentions and Istio's policies both end in that
 * filter.
 */
const RBAC_DENIAL = 'RBAC: access denied'

const CONNECTION_REFUSED =
  'connection refused: nothing listens there. In a mesh: no sidecar, or one without its listener'

/** Longest piece of an unknown body that is shown or logged. */
const QUOTE_LIMIT = 120

/**
 * Decides the state from an answer. Only its body distinguishes an application's own 403 from the mesh's. With
 * `anyAnswer` another service may take the place of counting: every 2xx is connected, with its count if it has one, and
 * whatever else it answers is failing.
 */
export function outcomeOfAnswer(answer: UpstreamAnswer, { anyAnswer = false } = {}): CallOutcome {
  const { status } = answer
  if (status === 200 || (anyAnswer && status > 200 && status < 300)) return countOrInvalid(answer, anyAnswer)
  if (status === 403 && answer.body === RBAC_DENIAL) {
    return failed('denied', status, 'TL_UPSTREAM_DENIED', `a sidecar's access rule refused the call: ${RBAC_DENIAL}`)
  }
  const error = status >= 500 ? countingError(answer) : undefined
  if (error) {
    return failed(
      'failing',
      status,
      'TL_UPSTREAM_FAILED',
      `counting answered ${status} ${error.code}: ${error.message}`,
    )
  }
  const quoted = quote(answer.body)
  const meaning = status >= 500 ? readProxyAnswer(answer.body) : undefined
  // What no proxy says, the service in counting's place has said.
  if (anyAnswer && meaning === undefined) {
    const reason = `your service answered ${status}${quoted ? `: ${quoted}` : ''}`
    return failed('failing', status, 'TL_UPSTREAM_FAILED', reason)
  }
  const answered = `answered ${status}${quoted ? `: ${quoted}` : ''}`
  return failed(
    'unreachable',
    status,
    'TL_UPSTREAM_PROXY',
    meaning === undefined ? answered : `${anyAnswer ? ofOwnService(meaning) : meaning}; a proxy ${answered}`,
  )
}

/** The same about the service that has taken counting's place. */
function ofOwnService(meaning: string): string {
  return meaning.replace('counting endpoint', 'endpoint of counting').replace('counting', 'your service')
}

/** Decides the state from a call that got no answer. `error.code` is a Node or axios code. */
export function outcomeOfFailure(error: { code?: string; message: string }, timeoutMs: number): CallOutcome {
  switch (error.code) {
    case 'ERR_CANCELED':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return failed('unreachable', null, 'TL_UPSTREAM_TIMEOUT', `no answer within ${timeoutMs} ms`)
    case 'ECONNREFUSED':
      return failed('unreachable', null, 'TL_UPSTREAM_REFUSED', CONNECTION_REFUSED)
    case 'ECONNRESET':
    case 'EPIPE':
      return failed(
        'unreachable',
        null,
        'TL_UPSTREAM_RESET',
        'connection reset: a TCP-level denial, a port that wants mTLS and a crash look the same',
      )
    default:
      return failed('unreachable', null, 'TL_UPSTREAM_NETWORK', quote(error.message) || (error.code ?? 'unknown'))
  }
}

function countOrInvalid({ status, contentType, body }: UpstreamAnswer, anyAnswer: boolean): CallOutcome {
  const parsed = isJson(contentType) ? parseJsonObject(body) : undefined
  const { count, hostname } = parsed ?? {}
  if (typeof count === 'number' && Number.isSafeInteger(count) && typeof hostname === 'string') {
    return { state: 'connected', count, hostname: hostname.slice(0, 253), status, code: null, reason: null }
  }
  if (anyAnswer) return { state: 'connected', count: null, hostname: null, status, code: null, reason: null }
  return failed('unreachable', status, 'TL_UPSTREAM_INVALID', `answered 200 without a count: ${quote(body)}`)
}

/** Counting's own errors are JSON with a code of ours; a proxy's are plain text. */
function countingError({ contentType, body }: UpstreamAnswer): { code: string; message: string } | undefined {
  const { code, message } = (isJson(contentType) ? parseJsonObject(body) : undefined) ?? {}
  if (typeof code !== 'string' || !/^TL_[A-Z_]{1,40}$/.test(code)) return undefined
  return { code, message: typeof message === 'string' ? quote(message) : '' }
}

function failed(state: CallState, status: number | null, code: ErrorCode, reason: string): CallOutcome {
  return { state, count: null, hostname: null, status, code, reason }
}

function isJson(contentType: string): boolean {
  return /^application\/json(;|$)/i.test(contentType)
}

/** Wire data is hostile: it is shortened and stripped of control characters before it is shown or logged. */
function quote(text: string): string {
  const clean = text.replace(/\p{Cc}+/gu, ' ').trim()
  return clean.length > QUOTE_LIMIT ? `${clean.slice(0, QUOTE_LIMIT)}…` : clean
}
