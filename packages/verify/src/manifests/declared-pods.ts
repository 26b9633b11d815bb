import {
  annotationsOf,
  kindOf,
  type KubeObject,
  labelsOf,
  list,
  metadata,
  nameOf,
  namespaceOf,
  record,
  type SidecarMesh,
  sidecarOf,
  spec,
  text,
} from '../cluster/kube-objects.ts'

/** A pod as a workload would create it, and what of the mesh it would get. */
export interface DeclaredPod {
  pod: KubeObject
  /** The workload, and where its template is. */
  workload: { kind: string; name: string; field: string }
  /** `unknown` where what decides is not among the files. */
  sidecar: SidecarMesh | 'none' | 'unknown'
  ambient: boolean
}

/** Where a template of pods is: in a Deployment and its like, in a CronJob. */
const TEMPLATES = [
  ['spec', 'template'],
  ['spec', 'jobTemplate', 'spec', 'template'],
]

/** Kinds that end, and serve nothing. */
const ENDS = new Set(['Job', 'CronJob'])

/** The pods of all workloads that stay; those of Helm's hooks, such as tests, do not. */
export function declaredPods(objects: readonly KubeObject[]): DeclaredPod[] {
  const namespaces = new Map(objects.filter((each) => kindOf(each) === 'Namespace').map((each) => [nameOf(each), each]))
  const taken = new Set<string>()
  return objects.flatMap((object) => {
    if ('helm.sh/hook' in annotationsOf(object) || ENDS.has(kindOf(object))) return []
    const template = templateOf(object)
    if (template === undefined) return []
    const [namespace, name] = [namespaceOf(object), nameOf(object)]
    const unique = taken.has(`${namespace}/${name}`) ? `${name}-${kindOf(object).toLowerCase()}` : name
    taken.add(`${namespace}/${unique}`)
    const pod = {
      ...template.pod,
      metadata: { ...metadata(template.pod), name: unique, namespace },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    }
    return [
      {
        pod,
        workload: { kind: kindOf(object), name: `${namespace}/${name}`, field: template.field },
        sidecar: injectedInto(pod, namespaces.get(namespace)),
        ambient: isAmbient(pod, namespaces.get(namespace)),
      },
    ]
  })
}

function templateOf(object: KubeObject): { pod: KubeObject; field: string } | undefined {
  if (kindOf(object) === 'Pod') return { pod: object, field: '' }
  for (const keys of TEMPLATES) {
    const pod = keys.reduce((part, key) => record(part[key]), object)
    if (list(spec(pod)['containers']).length > 0) return { pod, field: `${keys.join('.')}.` }
  }
  return undefined
}

/** What Istio's and Consul's injection would do. Source: Istio, "Controlling the injection policy". */
function injectedInto(pod: KubeObject, namespace: KubeObject | undefined): DeclaredPod['sidecar'] {
  const written = sidecarOf(pod)
  if (written !== null) return written
  const [labels, annotations] = [labelsOf(pod), annotationsOf(pod)]
  const consul = text(annotations['consul.hashicorp.com/connect-inject'])
  if (consul !== null) return isTrue(consul) ? 'consul' : 'none'
  if (spec(pod)['hostNetwork'] === true) return 'none'
  const istio = text(labels['sidecar.istio.io/inject']) ?? text(annotations['sidecar.istio.io/inject'])
  if (istio !== null) return isTrue(istio) ? 'istio' : 'none'
  if (text(labels['istio.io/rev']) !== null) return 'istio'
  if (namespace === undefined) return 'unknown'
  const own = labelsOf(namespace)
  if (own['istio-injection'] === 'enabled' || text(own['istio.io/rev']) !== null) return 'istio'
  return own['istio-injection'] === 'disabled' ? 'none' : 'unknown'
}

const isTrue = (value: string): boolean => ['true', 'yes', 'y', 'on', '1', 'enabled'].includes(value.toLowerCase())

function isAmbient(pod: KubeObject, namespace: KubeObject | undefined): boolean {
  const own = text(labelsOf(pod)['istio.io/dataplane-mode'])
  return (own ?? text(labelsOf(namespace ?? {})['istio.io/dataplane-mode'])) === 'ambient'
}
