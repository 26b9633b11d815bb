import {
  annotationsOf,
  containersOf,
  type KubeObject,
  labelsOf,
  list,
  record,
  sidecarOf,
  text,
} from './kube-objects.ts'
import { parseJson } from './parse-json.ts'

/** The istiod that pods on the path belong to. */
export interface ControlPlane {
  namespace: string
  /** Names that the ConfigMap of its settings may have, the most likely first. */
  configMaps: string[]
}

const NAMESPACE = 'istio-system'

/** Reads from injected pods which control plane they belong to; of several, the first one's. */
export function controlPlaneOf(pods: readonly KubeObject[], say: (text: string) => void): ControlPlane {
  const injected = pods.filter((pod) => sidecarOf(pod) === 'istio')
  const revisions = [...new Set(injected.map((pod) => revisionOf(pod) ?? 'default'))]
  const [revision = 'default'] = revisions
  if (revisions.length > 1) {
    say(`settings of the revisions ${revisions.slice(1).join(', ')} of Istio: only those of ${revision} are read`)
  }
  const [namespace = NAMESPACE] = injected.flatMap((pod) => namespaceOfPlane(pod) ?? [])
  if (revision !== 'default') return { namespace, configMaps: [`istio-${revision}`] }
  // A control plane without a revision calls itself `default`, too.
  return { namespace, configMaps: injected.length === 0 ? ['istio'] : ['istio', 'istio-default'] }
}

/** What injection wrote; a pod's own label may be a tag. */
function revisionOf(pod: KubeObject): string | null {
  const annotations = annotationsOf(pod)
  const status = record(parseJson(text(annotations['sidecar.istio.io/status']) ?? ''))
  return text(status['revision']) ?? text(annotations['istio.io/rev']) ?? text(labelsOf(pod)['istio.io/rev'])
}

/** By the address of istiod, `istiod-canary.mesh.svc:15012`. */
function namespaceOfPlane(pod: KubeObject): string | null {
  const sidecar = containersOf(pod).find(({ name }) => name === 'istio-proxy')
  const env = new Map(list(sidecar?.['env']).map(({ name, value }) => [name, text(value)]))
  const proxyConfig = record(parseJson(env.get('PROXY_CONFIG') ?? ''))
  const address = text(proxyConfig['discoveryAddress']) ?? env.get('CA_ADDR') ?? ''
  return /^istiod[^.]*\.([a-z0-9-]+)(\.svc|:|$)/.exec(address)?.[1] ?? null
}
