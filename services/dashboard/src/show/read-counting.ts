import type { ReadUpstream } from 'throughline'
import { outcomeOfAnswer, outcomeOfFailure } from '../call-outcome.ts'
import { parseUpstreamExplanation } from './explanation.ts'
import { readProxyAnswer } from '../proxy-answer.ts'

/** Judges an answer of counting, or of anything in its place, for the checks of the mesh. */
export const readCounting: ReadUpstream = (result, timeoutMs) => {
  if (result.failure !== undefined) {
    const { failure: message, code } = result
    return outcomeOfFailure({ message, ...(code !== undefined && { code }) }, timeoutMs)
  }
  const { state, reason } = outcomeOfAnswer(result)
  if (state === 'connected') {
    const { explain } = JSON.parse(result.body) as { explain?: unknown }
    return { state, reason, peer: parseUpstreamExplanation(explain)?.peer }
  }
  return { state, reason, proxy: result.status >= 500 ? readProxyAnswer(result.body) : undefined }
}
