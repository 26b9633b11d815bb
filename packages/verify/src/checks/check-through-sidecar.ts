import { readProxyWords } from '../evidence/proxy-words.ts'
import type { CallOutcome, UpstreamAnswer, UpstreamFailure } from '../evidence/upstream-call.ts'
import { judgeObservation } from '../findings/judge-observation.ts'
import type { NamedFinding } from '../findings/name-finding.ts'
import { probeHttp } from '../probes/probe-http.ts'
import { type Check, type CheckResult, DEFAULT_TIMEOUT_MS } from './check.ts'

/**
 * Calls counting as the dashboard does, and reads from its answer who both ends of the connection are. It is an
 * ordinary call, so it increments the count.
 */
export const checkThroughSidecar: Check = async ({ upstreamUrl, readUpstream, timeoutMs = DEFAULT_TIMEOUT_MS }) => {
  const result = await probeHttp(`${upstreamUrl}/`, { timeoutMs, headers: { 'x-throughline-explain': '1' } })
  const outcome = readUpstream(result, timeoutMs)
  const { state, reason } = outcome
  // A denial may be intended: only the reader knows.
  const verdict = state === 'connected' || state === 'denied' ? 'good' : 'bad'
  return [
    {
      id: 'through-sidecar',
      question: 'May the dashboard call counting, through its sidecar?',
      verdict,
      found:
        state === 'connected' ? 'Allowed: counting answered.' : `${state === 'denied' ? 'Denied' : 'No'}: ${reason}.`,
      command: `curl -si ${upstreamUrl}/`,
      finding: verdict === 'bad' ? judgeAnswer(result) : undefined,
    },
    identities(upstreamUrl, outcome),
  ]
}

function judgeAnswer(result: UpstreamAnswer | UpstreamFailure): NamedFinding | undefined {
  if (result.failure !== undefined) return undefined
  const { status, body } = result
  return judgeObservation({ probe: { kind: 'bare', status, words: readProxyWords(status, body) } })
}

function identities(upstreamUrl: string, { state, peer }: CallOutcome): CheckResult {
  const command = `curl -s -H 'x-throughline-explain: 1' ${upstreamUrl}/`
  const result = { id: 'identities', question: 'Who are the two ends of the connection?', command }
  if (state !== 'connected') {
    return { ...result, verdict: 'unknown', found: 'Unknown: only a call that reaches counting shows this.' }
  }
  return peer
    ? {
        ...result,
        verdict: 'good',
        found: `${peer.caller} calls ${peer.self ?? 'a sidecar without an id'}, by mutual TLS.`,
      }
    : { ...result, verdict: 'unknown', found: 'Unknown: counting received no x-forwarded-client-cert from a sidecar.' }
}
