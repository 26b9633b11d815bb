import { analyse } from '../evidence/analyse.ts'
import type { ClusterFacts } from '../evidence/cluster-facts.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { findCallees, findUpstreams } from './callees.ts'
import { isReady, type KubeObject, list, nameOf, namespaceOf, objectName, record, sidecarOf } from './kube-objects.ts'
import type { Kubectl, PodPort } from './kubectl.ts'
import { createObjectLists } from './object-lists.ts'
import { readConsul } from './read-consul.ts'
import { readIstio } from './read-istio.ts'
import { readPod, readService } from './read-pods.ts'
import { podsPath, servicesPath } from './resolve-target.ts'

/** Ports of Envoy's admin interface in a pod. */
const ADMIN_PORTS = { istio: 15_000, consul: 19_000 } as const
/** Most sidecars whose admin interface is read. */
const MOST_SIDECARS = 6

export interface ReadCluster {
  facts: ClusterFacts
  /** The admin interfaces of the sidecars on the path. */
  admins: PodPort[]
}

/**
 * Reads the objects about the path that the probes' spans show: pods and Services of both ends of each call, and what the
 * mesh was given for them. What may not be read is added to the evidence's `unseen`.
 */
export async function readCluster(kubectl: Kubectl, evidence: Evidence, entry: PodPort): Promise<ReadCluster> {
  const lists = createObjectLists(kubectl, evidence.unseen)
  const callees = findCallees(evidence, entry.namespace)
  const namespaces = [...new Set([entry.namespace, ...callees.map(({ namespace }) => namespace)])]
  const items = async (what: string, pathIn: (namespace: string) => string): Promise<KubeObject[]> => {
    const found = await Promise.all(
      namespaces.map((namespace) => lists.get(what, { namespace, path: pathIn(namespace) })),
    )
    return found.flatMap((each) => list(record(each)['items']))
  }
  const [allPods, allServices] = await Promise.all([items('pods', podsPath), items('Services', servicesPath)])
  const callers = podsOnPath(allPods, evidence, { entry, selected: [] })
  const upstreams = findUpstreams(evidence, callers).filter(
    ({ name, namespace }) => !callees.some((callee) => callee.name === name && callee.namespace === namespace),
  )
  const services = [...callees, ...upstreams].flatMap((callee) => {
    const service = allServices.find((each) => nameOf(each) === callee.name && namespaceOf(each) === callee.namespace)
    return service === undefined ? [] : [readService(service, callee, allPods)]
  })
  const pods = podsOnPath(allPods, evidence, { entry, selected: services.map((service) => service.pods) })
  const [istio, consul] = await Promise.all([
    readIstio(kubectl, lists, { pods, namespaces, services: services.map(({ service }) => service) }),
    readConsul(lists, namespaces),
  ])
  lists.report()
  const ambient = pods.filter((pod) => sidecarOf(pod) === null && readPod(pod).ambient).map(objectName)
  if (ambient.length > 0) {
    evidence.unseen.push(
      `ztunnel and waypoints of Istio’s ambient mode, which ${ambient.join(', ')} ${ambient.length === 1 ? 'is' : 'are'} in: ztunnel reports no spans, and whether a waypoint is used or traces is not read`,
    )
  }
  return {
    facts: {
      context: kubectl.context,
      namespace: entry.namespace,
      pods: pods.map(readPod),
      services,
      istio,
      consul,
    },
    admins: pods.slice(0, MOST_SIDECARS).flatMap((pod) => {
      const mesh = sidecarOf(pod)
      return mesh === null ? [] : [{ namespace: namespaceOf(pod), pod: nameOf(pod), port: ADMIN_PORTS[mesh] }]
    }),
  }
}

/** The target's pod, those whose sidecars left spans, and of each called Service one more where none of its pods did. */
function podsOnPath(
  all: readonly KubeObject[],
  evidence: Evidence,
  { entry, selected }: { entry: PodPort; selected: readonly (readonly string[])[] },
): KubeObject[] {
  const first = all.filter((pod) => nameOf(pod) === entry.pod && namespaceOf(pod) === entry.namespace)
  const spans = analyse(evidence).paths.flatMap(({ nodes }) => nodes.map(({ span }) => span))
  const nodes = [...new Set(spans.flatMap(({ node }) => node ?? []))]
  const named = all.filter((pod) => nodes.some((node) => isNodeOf(node, pod)))
  const chosen = new Set([...first, ...named])
  for (const names of selected) {
    const behind = all.filter((pod) => names.includes(objectName(pod)))
    if (behind.some((pod) => chosen.has(pod))) continue
    const pod = behind.find(isReady) ?? behind[0]
    if (pod !== undefined) chosen.add(pod)
  }
  return [...chosen]
}

/** Istio names a node `sidecar~ADDRESS~POD.NAMESPACE~…`, Consul `POD-SERVICE-sidecar-proxy`. */
function isNodeOf(node: string, pod: KubeObject): boolean {
  return node.split('~')[2] === `${nameOf(pod)}.${namespaceOf(pod)}` || node.startsWith(`${nameOf(pod)}-`)
}
