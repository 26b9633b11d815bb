import { type MeshClaim, NO_CLAIM, parseMeshClaim } from '../evidence/mesh-claim.ts'
import { type BypassProbe, probeBypass } from '../probes/probe-bypass.ts'
import { within } from '../probes/within.ts'
import { type CheckOptions, DEFAULT_TIMEOUT_MS } from './check.ts'

/** One probe of the bypass of counting's sidecar, compared with the mesh's own claim. */
export interface BypassResult extends Omit<BypassProbe, 'found'>, MeshClaim {
  /** The address that was probed; null = unknown, so nothing was probed. */
  url: string | null
  /** The outcome as a sentence. */
  summary: string
  /** The contradiction between the mesh's claim and the probe; else null. */
  disagreement: string | null
}

/** Probes the bypass once and describes the outcome. A probe that gets through increments the count. Never rejects. */
export async function verifyBypass(options: CheckOptions): Promise<BypassResult> {
  const { bypassUrl, readMeshStatus, readUpstream, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const pending = readMeshStatus === undefined ? NO_CLAIM : within(timeoutMs, readMeshStatus()).then(parseMeshClaim)
  if (bypassUrl === undefined) {
    return {
      ...(await claimOf(pending)),
      state: 'unclear',
      status: null,
      url: null,
      summary: 'COUNTING_BYPASS_URL does not name an address of counting that bypasses its sidecar.',
      disagreement: null,
      finding: null,
    }
  }
  const [probe, claim] = await Promise.all([
    probeBypass(`${bypassUrl}/`, { timeoutMs, readUpstream }),
    claimOf(pending),
  ])
  const { state, status, finding } = probe
  return {
    ...claim,
    state,
    status,
    url: bypassUrl,
    summary: describeProbe(probe, claim),
    disagreement: compare(probe, claim),
    finding,
  }
}

/** A mesh that does not answer makes no claim. */
async function claimOf(pending: MeshClaim | Promise<MeshClaim>): Promise<MeshClaim> {
  try {
    return await pending
  } catch {
    return NO_CLAIM
  }
}

function describeProbe({ state, status, found }: BypassProbe, { access }: MeshClaim): string {
  if (state === 'unclear') return `Not known: ${found}.`
  if (state === 'closed') return `No bypass: ${status === null ? found : `it ${found}`}.`
  const counted =
    status === 200 ? 'counted, bypassing its sidecar' : 'counting’s own address answered, bypassing its sidecar'
  const rule = {
    denied: ', while the rule says denied.',
    // A call that gets through proves nothing while the rule allows it.
    allowed: '. The rule says allowed: deny, and try again.',
    unknown: ', whatever the rules of the mesh are.',
  }
  return `${status}: ${counted}${rule[access ?? 'unknown']}`
}

function compare({ state, found }: BypassProbe, { bypass }: MeshClaim): string | null {
  if (bypass === null || state === 'unclear' || bypass.closed === (state === 'closed')) return null
  const reason = bypass.reason.replace(/\.$/, '')
  return bypass.closed
    ? `The mesh says that the bypass is closed (${reason}), but it is open: counting ${found}.`
    : `The mesh says that the bypass is open (${reason}), but the dashboard did not get through: ${found}.`
}
