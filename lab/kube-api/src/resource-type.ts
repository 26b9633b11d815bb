/** One kind of object in one version of its group. */
export interface ResourceType {
  /** `v1`, or `<group>/<version>`. */
  apiVersion: string
  /** Plural, as in paths. */
  plural: string
  kind: string
  namespaced: boolean
  shortNames: readonly string[]
  /** The shelf in the store: all versions of a custom resource are one. */
  shelf: string
  /** The version in which objects are stored there. */
  storedVersion: string
}

/** `security.istio.io/v1` → `{ group: 'security.istio.io', version: 'v1' }`; the core group is the empty name. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/')
  return second === undefined ? { group: '', version: first } : { group: first, version: second }
}

const cluster = { namespaced: false }
const short = (...shortNames: string[]) => ({ shortNames })

/** The built-in kinds of a cluster that Istio, kubectl or our charts use. */
export const builtinTypes: readonly ResourceType[] = [
  builtin('v1', 'configmaps', 'ConfigMap', short('cm')),
  builtin('v1', 'endpoints', 'Endpoints', short('ep')),
  builtin('v1', 'events', 'Event', short('ev')),
  builtin('v1', 'namespaces', 'Namespace', { ...cluster, ...short('ns') }),
  builtin('v1', 'nodes', 'Node', { ...cluster, ...short('no') }),
  builtin('v1', 'pods', 'Pod', short('po')),
  builtin('v1', 'secrets', 'Secret'),
  builtin('v1', 'serviceaccounts', 'ServiceAccount', short('sa')),
  builtin('v1', 'services', 'Service', short('svc')),
  builtin('apps/v1', 'daemonsets', 'DaemonSet', short('ds')),
  builtin('apps/v1', 'deployments', 'Deployment', short('deploy')),
  builtin('apps/v1', 'replicasets', 'ReplicaSet', short('rs')),
  builtin('apps/v1', 'statefulsets', 'StatefulSet', short('sts')),
  builtin('batch/v1', 'jobs', 'Job'),
  builtin('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', short('hpa')),
  builtin('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', short('pdb')),
  builtin('coordination.k8s.io/v1', 'leases', 'Lease'),
  builtin('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'),
  builtin('networking.k8s.io/v1', 'ingresses', 'Ingress', short('ing')),
  builtin('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', cluster),
  builtin('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', short('netpol')),
  builtin('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', cluster),
  builtin('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', cluster),
  builtin('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  builtin('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  builtin('admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', cluster),
  builtin(
    'admissionregistration.k8s.io/v1',
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    cluster,
  ),
  builtin('admissionregistration.k8s.io/v1', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', cluster),
  builtin(
    'admissionregistration.k8s.io/v1',
    'validatingadmissionpolicybindings',
    'ValidatingAdmissionPolicyBinding',
    cluster,
  ),
  builtin('apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition', {
    ...cluster,
    ...short('crd', 'crds'),
  }),
  builtin('certificates.k8s.io/v1', 'certificatesigningrequests', 'CertificateSigningRequest', {
    ...cluster,
    ...short('csr'),
  }),
  builtin('authentication.k8s.io/v1', 'tokenreviews', 'TokenReview', cluster),
  builtin('authorization.k8s.io/v1', 'subjectaccessreviews', 'SubjectAccessReview', cluster),
  builtin('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', cluster),
]

function builtin(
  apiVersion: string,
  plural: string,
  kind: string,
  more: Partial<Pick<ResourceType, 'namespaced' | 'shortNames'>> = {},
): ResourceType {
  const { group } = parseApiVersion(apiVersion)
  return {
    apiVersion,
    plural,
    kind,
    namespaced: true,
    shortNames: [],
    shelf: `${group}/${plural}`,
    storedVersion: apiVersion,
    ...more,
  }
}
