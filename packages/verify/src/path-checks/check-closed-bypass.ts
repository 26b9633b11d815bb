import { probeBypass } from '../probes/probe-bypass.ts'
import { type PathCheckOptions, type PathFinding, pollUntilOk } from './path-check.ts'

/** Probes counting without its sidecar, which must be refused under every rule. */
export async function checkClosedBypass(options: PathCheckOptions): Promise<PathFinding> {
  const { bypassUrl: url, readUpstream } = options
  if (url === undefined) return { found: 'The bypass was not probed: no address of counting is known.' }
  return pollUntilOk(options, async () => {
    const { state, found, finding } = await probeBypass(url, { timeoutMs: 5000, readUpstream })
    if (state === 'unclear') return { found: `${url}: ${found}`, fix: 'Is there a Service counting in this namespace?' }
    if (state === 'closed') return { found: `${url} is refused: ${found}` }
    return {
      found: `${url} ${found} to a caller outside the mesh`,
      fix: 'Counting can be called without going through its sidecar, whatever the rules are. Consul: counting.bindAddress must be 127.0.0.1, and its NetworkPolicy admit 20000 only. Istio: mtls.mode must be STRICT, and counting must have a sidecar.',
      finding: finding ?? undefined,
    }
  })
}
