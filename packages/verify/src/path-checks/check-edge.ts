import { readProxyWords } from '../evidence/proxy-words.ts'
import { judgeObservation } from '../findings/judge-observation.ts'
import { probeHttp } from '../probes/probe-http.ts'
import { type Call, type PathCheckOptions, type PathFinding, pollUntilOk } from './path-check.ts'

export interface EdgeFinding extends PathFinding {
  call?: Call
}

/** A stale denial of an old listener is followed by right answers, and vice versa. */
const TIMES_IN_A_ROW = 3

/** Makes the dashboard call once through the page's edge: the call must end as the rules say, and keep doing so. */
export async function checkEdge(options: PathCheckOptions): Promise<EdgeFinding> {
  let inARow = 0
  return pollUntilOk(options, async () => {
    const finding = await probeEdge(options)
    inARow = finding.fix === undefined ? inARow + 1 : 0
    if (finding.fix !== undefined || inARow >= TIMES_IN_A_ROW) return finding
    return { ...finding, fix: 'It was right only briefly: the sidecars are still being configured.' }
  })
}

async function probeEdge({ dashboardUrl, dashboardHost, expect }: PathCheckOptions): Promise<EdgeFinding> {
  const url = `${dashboardUrl}/api/count`
  const answer = await probeHttp(url, { timeoutMs: 10_000, ...(dashboardHost && { headers: { host: dashboardHost } }) })
  if (answer.failure !== undefined) {
    return {
      found: `${url}: ${answer.failure}`,
      fix: 'The page is not reachable from a pod outside the mesh. Is the dashboard ready (kubectl get pods)? Under Consul, does it listen on all addresses, or is there a gateway? Does its NetworkPolicy admit the port?',
    }
  }
  const { status, body } = answer
  // The dashboard quotes what a proxy answered to its own call.
  const finding = judgeObservation({ probe: { kind: 'bare', status, words: readProxyWords(status, body) } })
  const call = parseCall(body)
  if (call === undefined) {
    const quoted = body.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 120)
    return {
      found: `${url} answered ${status}: ${quoted}`,
      fix: body.startsWith('RBAC: access denied')
        ? 'The mesh refuses the page itself: its own allow is missing (Istio: AuthorizationPolicy dashboard-edge; behind a gateway: the gateway’s identity).'
        : 'That is not the dashboard. Which Service or route answers there?',
      finding,
    }
  }
  const found = `${url}: ${call.state}${call.count === null ? '' : `, count ${call.count}`}${call.reason === null ? '' : `, ${call.reason}`}`
  if (call.state === (expect === 'allowed' ? 'connected' : 'denied')) return { found, call }
  return { found, call, fix: fixFor(call.state, expect), finding }
}

function fixFor(state: Call['state'], expect: PathCheckOptions['expect']): string {
  if (expect === 'denied') {
    return 'The call should be denied. Has Consul taken the intentions (kubectl get serviceintentions: SYNCED), does counting’s sidecar run, is the Istio policy deny-all there?'
  }
  if (state === 'denied') {
    return 'No rule lets the dashboard call counting. Consul: kubectl get serviceintentions counting (SYNCED?), and does no other object own that destination? Istio: kubectl get authorizationpolicy counting-allow-get, and is its principal the dashboard’s?'
  }
  if (state === 'failing') return 'Counting itself fails: kubectl logs deploy/counting.'
  return 'The call does not get through. Is counting ready, has it a sidecar, and the dashboard one (kubectl get pods: 2/2)? Under Istio, does a DestinationRule switch TLS off against STRICT?'
}

function parseCall(body: string): Call | undefined {
  try {
    const { state, count, reason, traceId } = JSON.parse(body) as Record<string, unknown>
    if (state !== 'connected' && state !== 'denied' && state !== 'failing' && state !== 'unreachable') return undefined
    return {
      state,
      count: typeof count === 'number' ? count : null,
      reason: typeof reason === 'string' ? reason.slice(0, 300) : null,
      traceId: typeof traceId === 'string' && /^[0-9a-f]{32}$/.test(traceId) ? traceId : null,
    }
  } catch {
    return undefined
  }
}
