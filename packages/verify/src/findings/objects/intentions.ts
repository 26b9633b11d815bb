import type { IntentionFacts, IntentionPermissionFacts, IntentionSourceFacts } from '../../evidence/cluster-facts.ts'
import type { ObjectLine } from '../finding.ts'

export interface IntentionVerdict {
  /** `default`: nothing names this request, so the default of the mesh decides. */
  verdict: 'allowed' | 'denied' | 'unknown' | 'default'
  object: ObjectLine | null
  /** Why Consul has not taken the object that decides; null when it has. */
  syncFailure: string | null
}

/**
 * What intentions say about a call. The more precise destination wins, then the more precise source. Source: Consul,
 * service intentions, "Precedence and match order".
 */
export function evaluateIntentions(
  intentions: readonly IntentionFacts[],
  call: { source: string; destination: string; path: string | null },
): IntentionVerdict {
  const candidates = intentions
    .filter(({ destination }) => destination === call.destination || destination === '*')
    .flatMap((intention) => intention.sources.map((source, index) => ({ intention, source, index })))
    .filter(({ source: { source } }) => source === call.source || source === '*')
    .toSorted((a, b) => precision(b) - precision(a))
  const [first] = candidates
  if (first === undefined) return { verdict: 'default', object: null, syncFailure: null }
  const { intention, source, index } = first
  const { verdict, field } = judgeSource(source, call.path)
  const object = { kind: 'ServiceIntentions', name: intention.name, field: `spec.sources[${index}]${field}` }
  return { verdict, object, syncFailure: intention.syncFailure }
}

const precision = ({ intention, source }: { intention: IntentionFacts; source: IntentionSourceFacts }): number =>
  (intention.destination === '*' ? 0 : 2) + (source.source === '*' ? 0 : 1)

function judgeSource(
  { action, permissions }: IntentionSourceFacts,
  path: string | null,
): { verdict: IntentionVerdict['verdict']; field: string } {
  if (permissions.length === 0) return { verdict: action === 'allow' ? 'allowed' : 'denied', field: '.action' }
  for (const [index, permission] of permissions.entries()) {
    const matched = matchPermission(permission, path)
    const field = `.permissions[${index}]`
    if (matched === null) return { verdict: 'unknown', field }
    if (matched) return { verdict: permission.action === 'allow' ? 'allowed' : 'denied', field }
  }
  return { verdict: 'default', field: '.permissions' }
}

function matchPermission(
  { pathExact, pathPrefix, pathRegex, methods, headers }: IntentionPermissionFacts,
  path: string | null,
): boolean | null {
  const namesPath = pathExact !== null || pathPrefix !== null || pathRegex !== null
  if (namesPath && path !== null) {
    if (pathExact !== null && path !== pathExact) return false
    if (pathPrefix !== null && !path.startsWith(pathPrefix)) return false
  }
  const isKnown = (!namesPath || path !== null) && pathRegex === null && methods.length === 0 && !headers
  return isKnown ? true : null
}

/** Whether a list of permissions ends with one that denies everything that the others do not name. */
export function isClosed(permissions: readonly IntentionPermissionFacts[]): boolean {
  const last = permissions.at(-1)
  if (last?.action !== 'deny' || last.headers || last.methods.length > 0) return false
  return last.pathPrefix === '/' || (last.pathExact === null && last.pathPrefix === null && last.pathRegex === null)
}
