import { ClusterError } from './cluster-error.ts'
import { type KubeObject, list, nameOf, record, spec } from './kube-objects.ts'
import type { Kubectl } from './kubectl.ts'
import { servicesPath } from './resolve-target.ts'
import type { Target } from './target.ts'

/** Where a trace backend usually is, beside the namespace of the application. */
const NAMESPACES = ['observability', 'tracing', 'monitoring', 'jaeger', 'tempo', 'istio-system', 'consul']

/** A backend's Service, by the port of its query API and, where others use that port too, by its name. */
const BACKENDS = [
  { kind: 'jaeger', port: 16_686, name: /./ },
  { kind: 'zipkin', port: 9411, name: /zipkin/ },
  { kind: 'tempo', port: 3200, name: /tempo/ },
] as const

export interface FoundTraces {
  target: Target
  namespace: string
  /** The prefix of `--traces`. */
  kind: 'jaeger' | 'zipkin' | 'tempo'
}

/**
 * Looks for the Service of a Jaeger, Zipkin or Tempo in the namespace and where one usually is.
 *
 * @throws ClusterError when there is none that may be read
 */
export async function findTraces(kubectl: Kubectl, namespace: string): Promise<FoundTraces> {
  const namespaces = [namespace, ...NAMESPACES.filter((other) => other !== namespace)]
  // A namespace that may not be read, or does not exist, has none.
  const forbidden: string[] = []
  const lists = await Promise.all(
    namespaces.map((each) =>
      kubectl.get(servicesPath(each)).catch((error: unknown) => {
        if (error instanceof ClusterError && error.kind === 'forbidden') forbidden.push(each)
        return undefined
      }),
    ),
  )
  for (const [index, found] of lists.entries()) {
    for (const { kind, port, name } of BACKENDS) {
      const isQueryPort = (each: KubeObject): boolean => each['port'] === port || each['targetPort'] === port
      const service = list(record(found)['items']).find(
        (candidate) => name.test(nameOf(candidate)) && list(spec(candidate)['ports']).some(isQueryPort),
      )
      if (service === undefined) continue
      const queryPort = list(spec(service)['ports']).find(isQueryPort)
      const target: Target = {
        kind: 'service',
        name: nameOf(service),
        namespace: null,
        port: `${Number(queryPort?.['port'])}`,
        path: '/',
      }
      return { target, namespace: namespaces[index] ?? namespace, kind }
    }
  }
  const hidden = forbidden.length === 0 ? '' : ` (Services of ${forbidden.join(', ')} may not be read: --print-rbac)`
  throw new ClusterError(
    'usage',
    `no Jaeger, Zipkin or Tempo was found in ${namespaces.join(', ')}${hidden}: name it, as in --traces svc/jaeger-query.observability`,
  )
}
