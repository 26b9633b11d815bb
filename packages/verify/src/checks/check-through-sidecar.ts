import { outcomeOfAnswer, outcomeOfFailure } from '../call-outcome.ts'
import { parseUpstreamExplanation } from '../explanation.ts'
import { ask, type Asked } from './ask.ts'
import { type Check, type CheckResult, DEFAULT_TIMEOUT_MS } from './check.ts'

/**
 * Calls counting as the dashboard does, and asks both ends of the connection who they are. It is a call like any other:
 * it counts.
 */
export const checkThroughSidecar: Check = async ({ upstreamUrl, timeoutMs = DEFAULT_TIMEOUT_MS }) => {
  const asked = await ask(`${upstreamUrl}/`, { timeoutMs, headers: { 'x-throughline-explain': '1' } })
  const outcome =
    asked.failure === undefined
      ? outcomeOfAnswer(asked)
      : outcomeOfFailure({ message: asked.failure, ...(asked.code && { code: asked.code }) }, timeoutMs)
  const { state, reason } = outcome
  return [
    {
      id: 'through-sidecar',
      question: 'May the dashboard call counting, through its sidecar?',
      // A denial is the mesh at work: whether it is wanted is for the reader to know.
      verdict: state === 'connected' || state === 'denied' ? 'good' : 'bad',
      found:
        state === 'connected' ? 'Allowed: counting answered.' : `${state === 'denied' ? 'Denied' : 'No'}: ${reason}.`,
      command: `curl -si ${upstreamUrl}/`,
    },
    identities(upstreamUrl, state === 'connected' ? asked : undefined),
  ]
}

function identities(upstreamUrl: string, asked: Asked | undefined): CheckResult {
  const command = `curl -s -H 'x-throughline-explain: 1' ${upstreamUrl}/`
  const result = { id: 'identities', question: 'Who are the two ends of the connection?', command }
  if (asked?.failure !== undefined || asked === undefined) {
    return { ...result, verdict: 'unknown', found: 'Unknown: only a call that reaches counting can tell.' }
  }
  const { explain } = JSON.parse(asked.body) as { explain?: unknown }
  const peer = parseUpstreamExplanation(explain)?.peer
  return peer
    ? {
        ...result,
        verdict: 'good',
        found: `${peer.caller} calls ${peer.self ?? 'a sidecar without an id'}, by mutual TLS.`,
      }
    : { ...result, verdict: 'unknown', found: 'Unknown: no sidecar told counting by x-forwarded-client-cert.' }
}
