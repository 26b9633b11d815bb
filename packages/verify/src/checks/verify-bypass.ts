import { type CheckOptions, DEFAULT_TIMEOUT_MS } from './check.ts'
import { type MeshClaim, NO_CLAIM, parseMeshClaim } from './mesh-claim.ts'
import { probeBypass, type BypassProbe } from './probe-bypass.ts'
import { within } from './within.ts'

/** One try of the bypass of counting's sidecar, held against what the mesh says of it. */
export interface BypassResult extends Omit<BypassProbe, 'found'>, MeshClaim {
  /** Where it was tried; null = no address is known here, and nothing was tried. */
  url: string | null
  /** The outcome, as a person would say it. */
  said: string
  /** What the mesh says and what the try showed, where they differ; else null. */
  disagreement: string | null
}

/** Takes the bypass once and says what came of it. A try that gets through counts. Never rejects. */
export async function verifyBypass(options: CheckOptions): Promise<BypassResult> {
  const { bypassUrl, readMeshStatus, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const asked = readMeshStatus === undefined ? NO_CLAIM : within(timeoutMs, readMeshStatus()).then(parseMeshClaim)
  if (bypassUrl === undefined) {
    return {
      ...(await claimed(asked)),
      way: 'unclear',
      status: null,
      url: null,
      said: 'COUNTING_BYPASS_URL does not name an address of its own for counting.',
      disagreement: null,
    }
  }
  const [reached, claim] = await Promise.all([probeBypass(`${bypassUrl}/`, timeoutMs), claimed(asked)])
  const { way, status } = reached
  return { ...claim, way, status, url: bypassUrl, said: say(reached, claim), disagreement: compare(reached, claim) }
}

/** A mesh that does not answer claims nothing. */
async function claimed(asked: MeshClaim | Promise<MeshClaim>): Promise<MeshClaim> {
  try {
    return await asked
  } catch {
    return NO_CLAIM
  }
}

function say({ way, status, found }: BypassProbe, { access }: MeshClaim): string {
  if (way === 'unclear') return `Not known: ${found}.`
  if (way === 'closed') return `No bypass: ${status === null ? found : `it ${found}`}.`
  const counted =
    status === 200 ? 'counted, bypassing its sidecar' : 'counting’s own address answered, bypassing its sidecar'
  const rule = {
    denied: ', while the rule says denied.',
    // What was let through proves nothing of a rule that lets everybody through.
    allowed: '. The rule says allowed: deny, and try again.',
    unknown: ', whatever the rules of the mesh are.',
  }
  return `${status}: ${counted}${rule[access ?? 'unknown']}`
}

function compare({ way, found }: BypassProbe, { bypass }: MeshClaim): string | null {
  if (bypass === null || way === 'unclear' || bypass.closed === (way === 'closed')) return null
  const reason = bypass.reason.replace(/\.$/, '')
  return bypass.closed
    ? `The mesh says that this way is closed (${reason}), but it is open: counting ${found}.`
    : `The mesh says that this way is open (${reason}), but the dashboard did not get through: ${found}.`
}
