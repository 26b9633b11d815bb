import { readProxyWords } from '../evidence/proxy-words.ts'
import type { ReadUpstream } from '../evidence/upstream-call.ts'
import { judgeObservation } from '../findings/judge-observation.ts'
import type { NamedFinding } from '../findings/name-finding.ts'
import { probeHttp } from './probe-http.ts'

/** Whether the upstream application answers at an address other than its sidecar's, and the observation. */
export interface BypassProbe {
  /** `unclear`: the name could not be resolved, which proves nothing about what listens behind it. */
  state: 'open' | 'closed' | 'unclear'
  /** HTTP status of the answer; null without one. */
  status: number | null
  /** The observation, phrased to follow "it" or "counting". */
  found: string
  /** What the catalogue calls an open one; else null. */
  finding: NamedFinding | null
}

const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/**
 * Probes the bypass once; a probe that gets through increments the count. A 403 is a denial, and an answer from a
 * proxy, or through the application's own sidecar, is not a bypass. Never rejects.
 */
export async function probeBypass(
  url: string,
  { timeoutMs, readUpstream }: { timeoutMs: number; readUpstream: ReadUpstream },
): Promise<BypassProbe> {
  const result = await probeHttp(url, { timeoutMs, headers: { 'x-throughline-explain': '1' } })
  const { state, reason, proxy, peer } = readUpstream(result, timeoutMs)
  if (result.failure !== undefined) {
    const { failure, code } = result
    if (UNRESOLVED.has(code ?? '')) return { state: 'unclear', status: null, found: failure, finding: null }
    const refused = 'connection refused: nothing listens there for a caller from outside'
    return closed(null, code === 'ECONNREFUSED' ? refused : (reason ?? failure))
  }
  const { status, body } = result
  const finding = judgeObservation({
    bypass: url,
    probe: { kind: 'bypass', status, words: readProxyWords(status, body) },
  })
  if (status === 403) return closed(status, 'refused with 403: the bypass also ends at a sidecar')
  if (finding === undefined) {
    return closed(status, `answered ${status}, but by a proxy on the way: ${proxy ?? 'a text of Envoy’s own'}`)
  }
  if (state === 'connected' && peer) {
    return closed(status, `answered ${status}, but through its sidecar: the rules apply here as well`)
  }
  const stranger = state === 'connected' || state === 'failing' ? '' : ', though not as counting does'
  return { state: 'open', status, found: `answered ${status}${stranger}`, finding }
}

function closed(status: number | null, found: string): BypassProbe {
  return { state: 'closed', status, found, finding: null }
}
