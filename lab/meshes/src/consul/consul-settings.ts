import { LabError } from '@throughline/lab-programs'
import type { Access, Setting, Tracer } from '../mesh.ts'
import { settingForPath } from '../setting-for-path.ts'
import type { ConsulEntry } from './consul-entry.ts'

/** The settings of the whole mesh that can change while it runs, by name. */
interface Choices {
  /** Who may do what with counting: a file of `mesh/consul/service-intentions`. */
  rule: 'get-only' | 'everything' | 'denied'
  /** The protocol that the sidecars parse. */
  protocol: 'http' | 'tcp'
  /** Percentage of requests traced when no caller has decided. */
  sampling: string
  /**
   * Whether counting's sidecar accepts plain text as well; absent without a transparent proxy, which would redirect it
   * there.
   */
  mtls?: 'strict' | 'permissive' | undefined
}

/** The requested state of Consul. */
export interface ConsulState extends Choices {
  tracer: Tracer
}

const settings: readonly (Omit<Setting, 'value' | 'name'> & { name: keyof Choices })[] = [
  {
    name: 'rule',
    label: 'Intention for counting',
    choices: [
      {
        value: 'get-only',
        label: 'GET / from the dashboard',
        effect: 'Only the dashboard may call, and only GET /; anything else gets 403.',
      },
      { value: 'everything', label: 'anything from the dashboard', effect: 'The dashboard may send any request.' },
      {
        value: 'denied',
        label: 'nothing',
        effect: 'Every call gets 403 with the body "RBAC: access denied"; with the protocol tcp it is reset.',
      },
    ],
  },
  {
    name: 'protocol',
    label: 'Protocol of counting',
    choices: [
      {
        value: 'http',
        label: 'http',
        effect: 'The sidecars see requests: spans, rules on methods, and 403 for a denial.',
      },
      {
        value: 'tcp',
        label: 'tcp',
        effect: 'The sidecars see bytes: no spans, all or nothing, and a denial is a reset connection.',
      },
    ],
  },
  {
    name: 'sampling',
    label: 'Sampling',
    choices: [100, 10, 0].map((percentage) => ({
      value: String(percentage),
      label: `${percentage} %`,
      effect: `The sidecars trace ${percentage} % of the requests that arrive without a sampling decision.`,
    })),
  },
  {
    name: 'mtls',
    label: 'Mutual TLS of counting',
    choices: [
      { value: 'strict', label: 'strict', effect: 'Plain text to counting is reset, whatever the intention says.' },
      {
        value: 'permissive',
        label: 'permissive',
        effect: 'Plain text to counting reaches its app without any intention: the bypass is open again.',
      },
    ],
  },
]

/**
 * The settings as a mesh reports them, each with the choice in force; those without a value in the state are left
 * out.
 *
 * @param countingPath the only path that the rule on methods allows, default `/`
 */
export function describeSettings(state: Choices, countingPath?: string): Setting[] {
  return settings.flatMap((setting) => {
    const value = state[setting.name]
    return value === undefined ? [] : [settingForPath({ ...setting, value }, countingPath)]
  })
}

/** The part of the state that a setting and its value name; undefined when the state has no such setting or value. */
export function parseSetting(
  { name, value }: { name: string; value: string },
  state: Choices,
): Partial<ConsulState> | undefined {
  const setting = describeSettings(state).find((candidate) => candidate.name === name)
  return setting?.choices.some((choice) => choice.value === value) === true ? { [name]: value } : undefined
}

/** Whether the dashboard may call counting under a rule. */
export function accessOf(rule: Choices['rule']): Access {
  return rule === 'denied' ? 'denied' : 'allowed'
}

/**
 * With tcp there are no methods, so the rule on them becomes the one without.
 *
 * @throws LabError TL_CONTROL_BAD_REQUEST when a rule on methods is requested
 */
export function withRuleFor(state: ConsulState, part: Partial<ConsulState>): ConsulState {
  if (state.protocol === 'http' || state.rule !== 'get-only') return state
  if (part.rule !== undefined) {
    throw new LabError(
      'TL_CONTROL_BAD_REQUEST',
      'a rule on methods and paths needs the protocol http: with tcp there are none',
    )
  }
  return { ...state, rule: 'everything' }
}

/** The rule that config entries set for calls from the dashboard to counting; without one they are denied. */
export function ruleIn(entries: readonly ConsulEntry[]): Choices['rule'] {
  const counting = entries.find(({ kind, name }) => kind === 'service-intentions' && name === 'counting')
  const sources = (counting?.['sources'] ?? []) as { name?: string; action?: string; permissions?: unknown }[]
  const dashboard = sources.find(({ name }) => name === 'dashboard')
  if (dashboard?.permissions !== undefined) return 'get-only'
  return dashboard?.action === 'allow' ? 'everything' : 'denied'
}
