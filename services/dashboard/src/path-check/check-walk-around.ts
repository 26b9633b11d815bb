import { ask } from '../checks/ask.ts'
import { type PathCheckOptions, type PathFinding, untilRight } from './path-check.ts'

/** A name that can't be resolved proves nothing about what stands behind it. */
const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/** Calls counting itself, without a sidecar. Whatever the rules are, that must be refused. */
export async function checkWalkAround(options: PathCheckOptions): Promise<PathFinding> {
  const { walkAroundUrl: url } = options
  if (url === undefined) return { found: 'The way around the mesh was not tried: no address of counting is known.' }
  return untilRight(options, async () => {
    const answer = await ask(url, { timeoutMs: 5000 })
    if (answer.failure !== undefined) {
      if (!UNRESOLVED.has(answer.code ?? '')) return { found: `${url} is refused: ${answer.failure}` }
      return { found: `${url}: ${answer.failure}`, fix: 'Is there a Service counting in this namespace?' }
    }
    if (answer.status === 403) return { found: `${url} is refused with 403` }
    return {
      found: `${url} answered ${answer.status} to a caller outside the mesh`,
      fix: 'Counting can be called around its sidecar, whatever the rules are. Consul: counting.bindAddress must be 127.0.0.1, and its NetworkPolicy admit 20000 only. Istio: mtls.mode must be STRICT, and counting must have a sidecar.',
    }
  })
}
