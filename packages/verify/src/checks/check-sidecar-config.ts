import type { EnvoyFacts } from '../evidence/envoy-facts.ts'
import { judgeObservation } from '../findings/judge-observation.ts'
import { within } from '../probes/within.ts'
import { type Check, type CheckResult, DEFAULT_TIMEOUT_MS } from './check.ts'

/** Reads from the control API whether each sidecar has accepted the configuration it was sent. */
export const checkSidecarConfig: Check = async ({ readMeshStatus, timeoutMs = DEFAULT_TIMEOUT_MS, ...options }) => {
  const result = {
    id: 'sidecar-config',
    question: 'Have the sidecars accepted their configuration?',
    command: options.meshStatusCommand ?? 'ask your mesh: consul-k8s proxy list, istioctl proxy-status',
  }
  if (readMeshStatus === undefined) {
    return [{ ...result, verdict: 'unknown', found: 'Unknown: no control API is configured (MESH_CONTROL_URL).' }]
  }
  try {
    const status = await within(timeoutMs, readMeshStatus())
    return [{ ...result, ...judge(parseSidecars(status)) }]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [{ ...result, verdict: 'unknown', found: `Unknown: ${message}.` }]
  }
}

interface ReportedSidecar {
  name: string
  state: string
  reason: string
}

function judge(sidecars: ReportedSidecar[]): Pick<CheckResult, 'verdict' | 'found' | 'finding'> {
  if (sidecars.length === 0) return { verdict: 'unknown', found: 'Unknown: the control API names no sidecar.' }
  const wrong = sidecars.filter(({ state }) => state !== 'ready')
  if (wrong.length === 0) return { verdict: 'good', found: `Yes: ${sidecars.map(({ name }) => name).join(' and ')}.` }
  const states = wrong.map(({ name, state, reason }) => `${name} is ${state}${reason ? ` (${reason})` : ''}`)
  return {
    verdict: 'bad',
    found: `No: ${states.join('; ')}.`,
    finding: judgeObservation({ envoys: wrong.map(toEnvoy) }),
  }
}

/** What its admin interface would say: a sidecar that refused its listeners keeps the reason. */
function toEnvoy({ name, state, reason }: ReportedSidecar): EnvoyFacts {
  const error = state === 'rejected' ? reason : null
  const listener = { name: '', direction: null, http: [], ports: [], tcp: false, error }
  return { node: name, version: null, listeners: [listener], collectors: [], listenerUpdatesRejected: 0, rbacDenied: 0 }
}

function parseSidecars(status: unknown): ReportedSidecar[] {
  const { sidecars } = (status ?? {}) as { sidecars?: unknown }
  if (!Array.isArray(sidecars)) return []
  return sidecars.slice(0, 20).map((sidecar: Partial<Record<keyof ReportedSidecar, unknown>> | null) => ({
    name: text(sidecar?.name),
    state: text(sidecar?.state),
    reason: text(sidecar?.reason),
  }))
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : ''
}
