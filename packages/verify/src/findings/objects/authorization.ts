import type { AuthorizationPolicyFacts, AuthorizationRuleFacts, ObjectName } from '../../evidence/cluster-facts.ts'
import type { ObjectLine } from '../finding.ts'

/** A request, as far as it is known. */
export interface AuthorizedRequest {
  /** `ns/NAMESPACE/sa/ACCOUNT`; null: not known. */
  identity: string | null
  path: string | null
  port: number | null
}

export interface AuthorizationVerdict {
  verdict: 'allowed' | 'denied' | 'unknown'
  /** The rule that denies, or that would have to allow. */
  object: ObjectLine | null
}

/**
 * What the policies of a pod say about a request. `unknown` where that rests on something that is not known, such as the
 * method. Source: Istio, AuthorizationPolicy: a DENY that matches wins; with an ALLOW, one has to match.
 */
export function evaluateAuthorization(
  policies: readonly AuthorizationPolicyFacts[],
  pod: ObjectName,
  request: AuthorizedRequest,
): AuthorizationVerdict {
  const applying = policies.filter(({ pods }) => pods.includes(pod))
  const deny = applying
    .filter(({ action }) => action === 'DENY')
    .flatMap((policy) =>
      policy.rules.map((rule, index) => ({ matched: matchRule(rule, request), object: lineOf(policy, index) })),
    )
  const denying = deny.find(({ matched }) => matched === true)
  if (denying !== undefined) return { verdict: 'denied', object: denying.object }
  const maybe = deny.find(({ matched }) => matched === null)
  const allow = applying.filter(({ action }) => action === 'ALLOW')
  const narrowest = allow.find(({ scope }) => scope === 'workload') ?? allow[0]
  const allows = allow.flatMap(({ rules }) => rules.map((rule) => matchRule(rule, request)))
  const needed = narrowest === undefined ? null : lineOf(narrowest)
  if (allow.length > 0 && allows.every((matched) => matched === false)) return { verdict: 'denied', object: needed }
  if (maybe !== undefined) return { verdict: 'unknown', object: maybe.object }
  if (allow.length === 0 || allows.includes(true)) return { verdict: 'allowed', object: null }
  return { verdict: 'unknown', object: needed }
}

function lineOf({ name, rules }: AuthorizationPolicyFacts, rule?: number): ObjectLine {
  const field = rounded(rules.length, rule)
  return { kind: 'AuthorizationPolicy', name, field }
}

/** Without rules the whole of it says what it does. */
function rounded(rules: number, rule: number | undefined): string {
  if (rules === 0) return 'spec'
  return rule === undefined ? 'spec.rules' : `spec.rules[${rule}]`
}

/** Null: not known. */
type Matched = boolean | null

function matchRule({ from, to, when }: AuthorizationRuleFacts, request: AuthorizedRequest): Matched {
  const source = any(from.map((each) => matchSource(each, request)))
  const operation = any(to.map((each) => matchOperation(each, request)))
  return all([source, operation, when ? null : true])
}

function matchSource(
  { principals, namespaces, other }: AuthorizationRuleFacts['from'][number],
  request: AuthorizedRequest,
): Matched {
  const { identity } = request
  const [, namespace = null] = identity?.split('/') ?? []
  return all([
    // Before the first slash is the trust domain, which the request's identity leaves out.
    principals === null ? true : matchOne(principals.map(withoutTrustDomain), identity),
    namespaces === null ? true : matchOne(namespaces, namespace),
    other ? null : true,
  ])
}

const withoutTrustDomain = (principal: string): string => principal.replace(/^[^/]*\/(?=ns\/)/, '')

function matchOperation(
  { methods, paths, ports, other }: AuthorizationRuleFacts['to'][number],
  request: AuthorizedRequest,
): Matched {
  return all([
    methods === null || methods.includes('*') ? true : null,
    paths === null ? true : matchOne(paths, request.path),
    ports === null ? true : matchOne(ports, request.port === null ? null : `${request.port}`),
    other ? null : true,
  ])
}

/** Istio's patterns: exact, `prefix*`, `*suffix`, `*`. */
function matchOne(patterns: readonly string[], value: string | null): Matched {
  if (patterns.includes('*')) return true
  if (value === null || patterns.some((pattern) => pattern.includes('{'))) return null
  return patterns.some((pattern) => {
    if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1))
    return pattern.startsWith('*') ? value.endsWith(pattern.slice(1)) : value === pattern
  })
}

/** Of no conditions, one always holds. */
const any = (matched: readonly Matched[]): Matched =>
  matched.length === 0 || matched.includes(true) ? true : matched.includes(null) ? null : false

const all = (matched: readonly Matched[]): Matched =>
  matched.includes(false) ? false : matched.includes(null) ? null : true
