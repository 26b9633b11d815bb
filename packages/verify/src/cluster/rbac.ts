/** API groups and resources that are read, with the verbs for each. Nothing else is asked of a cluster. */
const RULES = [
  { group: '', resources: ['pods', 'services'], verbs: ['get', 'list'] },
  { group: '', resources: ['namespaces'], verbs: ['get'] },
  { group: '', resources: ['pods/portforward'], verbs: ['create'] },
  { group: '', resources: ['configmaps'], names: ['istio'], verbs: ['get'] },
  { group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['get', 'list'] },
  { group: 'telemetry.istio.io', resources: ['telemetries'], verbs: ['list'] },
  { group: 'networking.istio.io', resources: ['destinationrules'], verbs: ['list'] },
  { group: 'security.istio.io', resources: ['authorizationpolicies', 'peerauthentications'], verbs: ['list'] },
  {
    group: 'consul.hashicorp.com',
    resources: ['proxydefaults', 'servicedefaults', 'serviceintentions'],
    verbs: ['list'],
  },
]

const NAME = 'throughline-verify'

/**
 * The role that `verify --context` needs, and its binding in each namespace that it reads, as YAML.
 *
 * @param namespaces those of the application, of the mesh’s own settings, and of the trace backend
 * @param revisions revisions of Istio, whose settings are in ConfigMaps of their own
 */
export function formatRbac(namespaces: readonly string[], revisions: readonly string[]): string {
  const rules = RULES.map(({ group, resources, names, verbs }) =>
    [
      `  - apiGroups: ['${group}']`,
      `    resources: [${resources.join(', ')}]`,
      ...(names === undefined
        ? []
        : [`    resourceNames: [${[...names, ...revisions.map((revision) => `istio-${revision}`)].join(', ')}]`]),
      `    verbs: [${verbs.join(', ')}]`,
    ].join('\n'),
  )
  const role = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${NAME}
rules:
${rules.join('\n')}
`
  const bindings = [...new Set(namespaces)].map(
    (namespace) => `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ${NAME}
  namespace: ${namespace}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${NAME}
subjects:
  # Who runs it: a User, a Group or a ServiceAccount.
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: ${NAME}
`,
  )
  return [role, ...bindings].join('---\n')
}
