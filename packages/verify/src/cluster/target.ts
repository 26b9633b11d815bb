/** Kinds that lead to pods, by every name that kubectl has for them. */
const KINDS = {
  pod: ['pod', 'pods', 'po'],
  service: ['svc', 'service', 'services'],
  deployment: ['deploy', 'deployment', 'deployments'],
  statefulset: ['sts', 'statefulset', 'statefulsets'],
  daemonset: ['ds', 'daemonset', 'daemonsets'],
} as const

export type TargetKind = keyof typeof KINDS

/** `deploy/frontend:8080/cart`: something that leads to a pod, and the request to it. */
export interface Target {
  kind: TargetKind
  name: string
  /** Null: that of the command. */
  namespace: string | null
  /** Number or name; null: the only one, or that of HTTP. */
  port: string | null
  /** With its query. */
  path: string
}

const NAME = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const TARGET = new RegExp(`^([a-zA-Z]+)(?:\\.apps)?/(${NAME})(?:\\.(${NAME}))?(?::([a-z0-9-]+))?:?(/.*)?$`)

/** Reads `KIND/NAME[.NAMESPACE][:PORT][/PATH]`, also with a colon before the path; undefined for anything else. */
export function parseTarget(text: string): Target | undefined {
  const [, prefix = '', name, namespace = null, port = null, path = '/'] = TARGET.exec(text) ?? []
  const kind = (Object.keys(KINDS) as TargetKind[]).find((each) =>
    (KINDS[each] as readonly string[]).includes(prefix.toLowerCase()),
  )
  return kind === undefined || name === undefined ? undefined : { kind, name, namespace, port, path }
}

/** A name of each kind, for messages. */
export const TARGET_KINDS = 'KIND is one of pod, svc, deploy, sts, ds'

export const formatTarget = ({ kind, name }: Target): string => `${kind}/${name}`
