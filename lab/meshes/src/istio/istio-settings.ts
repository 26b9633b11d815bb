import type { Access, Setting, Tracer } from '../mesh.ts'
import { settingForPath } from '../setting-for-path.ts'

/** The settings of the whole mesh that can change while it runs, by name. */
interface Choices {
  /** Who may do what with counting. */
  rule: 'get-of-dashboard' | 'get-of-anyone' | 'everything' | 'deny-all'
  /** Whether the sidecars accept plain text as well. */
  mtls: 'strict' | 'permissive'
  /** The DestinationRule for counting, which the dashboard's sidecar follows; `auto` has no such resource. */
  'client-tls': 'auto' | 'mutual' | 'disable'
  /** Percentage of requests traced when no caller has decided. */
  sampling: string
}

/** The requested state of istiod. */
export interface IstioState extends Choices {
  tracer: Tracer
}

type SettingName = keyof Choices

/** The AuthorizationPolicies of `mesh/istio/authorization` that are in force beside `dashboard-edge`, for each rule. */
export const policiesOf: Record<Choices['rule'], readonly string[]> = {
  'get-of-dashboard': ['deny-all', 'counting-allow-get'],
  'get-of-anyone': ['deny-all', 'counting-allow-get-of-anyone'],
  everything: ['deny-all', 'counting-allow-everything'],
  'deny-all': ['deny-all'],
}

/** The mode of the DestinationRule, for each choice; without one there is no such resource. */
export const clientTlsModes: Record<Choices['client-tls'], string | undefined> = {
  auto: undefined,
  mutual: 'ISTIO_MUTUAL',
  disable: 'DISABLE',
}

const samplings = [100, 10, 0] as const

const settings: readonly (Omit<Setting, 'value' | 'name'> & { name: SettingName })[] = [
  {
    name: 'rule',
    label: 'Rule of counting',
    choices: [
      {
        value: 'get-of-dashboard',
        label: 'GET / from the dashboard',
        effect: "Only the dashboard's account may call, and only GET /.",
      },
      {
        value: 'get-of-anyone',
        label: 'GET from any caller',
        effect: 'Every GET is allowed, from any caller; any other method gets 403.',
      },
      {
        value: 'everything',
        label: 'everything',
        effect: 'Every request is allowed: the policy has no condition.',
      },
      { value: 'deny-all', label: 'nothing', effect: 'Every call gets 403 with the body "RBAC: access denied".' },
    ],
  },
  {
    name: 'mtls',
    label: 'Mutual TLS',
    choices: [
      { value: 'strict', label: 'strict', effect: "Plain text to counting's sidecar is reset." },
      { value: 'permissive', label: 'permissive', effect: "Counting's sidecar accepts plain text, too." },
    ],
  },
  {
    name: 'client-tls',
    label: 'DestinationRule',
    choices: [
      { value: 'auto', label: 'none', effect: "The dashboard's sidecar uses mutual TLS because counting supports it." },
      { value: 'mutual', label: 'ISTIO_MUTUAL', effect: 'It must use mutual TLS.' },
      {
        value: 'disable',
        label: 'DISABLE',
        effect: 'It sends plain text: 503 while mutual TLS is strict, no identity while it is permissive.',
      },
    ],
  },
  {
    name: 'sampling',
    label: 'Sampling',
    choices: samplings.map((percentage) => ({
      value: String(percentage),
      label: `${percentage} %`,
      effect: `The sidecars trace ${percentage} % of the requests that arrive without a sampling decision.`,
    })),
  },
]

/**
 * The settings as a mesh reports them, each with the choice in force.
 *
 * @param countingPath the only path that the strictest rule allows, default `/`
 */
export function describeSettings(state: Choices, countingPath?: string): Setting[] {
  return settings.map((setting) => settingForPath({ ...setting, value: state[setting.name] }, countingPath))
}

/** The part of the state that a setting and its value name; undefined when there is no such setting or value. */
export function parseSetting({ name, value }: { name: string; value: string }): Partial<IstioState> | undefined {
  const known = settings.find((setting) => setting.name === name)?.choices.some((choice) => choice.value === value)
  return known === true ? { [name]: value } : undefined
}

/** Whether the dashboard may call counting under a rule. */
export function accessOf(rule: Choices['rule']): Access {
  return rule === 'deny-all' ? 'denied' : 'allowed'
}
