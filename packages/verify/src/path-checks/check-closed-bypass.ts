import { probeBypass } from '../probe-bypass.ts'
import { type PathCheckOptions, type PathFinding, untilRight } from './path-check.ts'

/** Calls counting itself, without a sidecar. Whatever the rules are, that must be refused. */
export async function checkBypass(options: PathCheckOptions): Promise<PathFinding> {
  const { bypassUrl: url } = options
  if (url === undefined) return { found: 'The bypass of the mesh was not tried: no address of counting is known.' }
  return untilRight(options, async () => {
    const { way, found } = await probeBypass(url, 5000)
    if (way === 'unclear') return { found: `${url}: ${found}`, fix: 'Is there a Service counting in this namespace?' }
    if (way === 'closed') return { found: `${url} is refused: ${found}` }
    return {
      found: `${url} ${found} to a caller outside the mesh`,
      fix: 'Counting can be called without going through its sidecar, whatever the rules are. Consul: counting.bindAddress must be 127.0.0.1, and its NetworkPolicy admit 20000 only. Istio: mtls.mode must be STRICT, and counting must have a sidecar.',
    }
  })
}
