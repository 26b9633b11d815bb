import { outcomeOfAnswer, outcomeOfFailure } from '../call-outcome.ts'
import { parseUpstreamExplanation } from '../explanation.ts'
import { readProxyAnswer } from '../proxy-answer.ts'
import { ask, type Asked } from './ask.ts'

/** Whether counting answers at an address that is not its sidecar's, and what was seen. */
export interface BypassProbe {
  /** `unclear`: the name could not be resolved, which proves nothing about what stands behind it. */
  way: 'open' | 'closed' | 'unclear'
  /** HTTP status that came back; null when none did. */
  status: number | null
  /** What was seen, to stand after "it" or "counting". */
  found: string
}

const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/**
 * Tries the bypass of the mesh once; a try that gets through counts. A 403 is a refusal, too, and an answer of a proxy,
 * or one that came through counting's own sidecar, is no bypass. Never rejects.
 */
export async function probeBypass(url: string, timeoutMs: number): Promise<BypassProbe> {
  const answer = await ask(url, { timeoutMs, headers: { 'x-throughline-explain': '1' } })
  if (answer.failure !== undefined) {
    const { code } = answer
    if (UNRESOLVED.has(code ?? '')) return { way: 'unclear', status: null, found: answer.failure }
    return { way: 'closed', status: null, found: describeFailure(answer, timeoutMs) }
  }
  const { status } = answer
  if (status === 403) return { way: 'closed', status, found: 'refused with 403: a sidecar stands in this way, too' }
  const meaning = status >= 500 ? readProxyAnswer(answer.body) : undefined
  if (meaning !== undefined) {
    return { way: 'closed', status, found: `answered ${status}, but by a proxy that stands in this way: ${meaning}` }
  }
  const { state } = outcomeOfAnswer(answer)
  if (state === 'connected' && hasPeer(answer.body)) {
    return { way: 'closed', status, found: `answered ${status}, but by way of its sidecar: the rules hold here, too` }
  }
  const who = state === 'connected' || state === 'failing' ? '' : ', though not as counting does'
  return { way: 'open', status, found: `answered ${status}${who}` }
}

function describeFailure({ failure, code }: Extract<Asked, { failure: string }>, timeoutMs: number): string {
  if (code === 'ECONNREFUSED') return 'connection refused: nothing listens there for a caller from outside'
  const { reason } = outcomeOfFailure({ message: failure, ...(code && { code }) }, timeoutMs)
  return reason ?? failure
}

/** Only a sidecar that ended mutual TLS names the caller. */
function hasPeer(body: string): boolean {
  const { explain } = JSON.parse(body) as { explain?: unknown }
  return parseUpstreamExplanation(explain)?.peer != null
}
