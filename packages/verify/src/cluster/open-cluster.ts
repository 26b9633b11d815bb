import type { Evidence } from '../evidence/evidence.ts'
import type { ClusterFacts } from '../evidence/cluster-facts.ts'
import { ClusterError } from './cluster-error.ts'
import { findTraces } from './find-traces.ts'
import { type Kubectl, openKubectl, type PodPort } from './kubectl.ts'
import { readCluster } from './read-cluster.ts'
import { resolveTarget } from './resolve-target.ts'
import { formatTarget, type Target } from './target.ts'

export interface ClusterTarget {
  context: string
  /** Undefined: that of the context. */
  namespace: string | undefined
  target: Target
  /** The trace backend, when it is named and in the cluster. */
  traces: { target: Target; kind: string | undefined } | undefined
}

interface OpenOptions {
  /** Look for the trace backend where none is named. */
  findsTraces: boolean
  signal?: AbortSignal | undefined
  onProgress?: ((line: string) => void) | undefined
}

/** A cluster with port-forwards to the target and to the trace backend, which end when it is disposed of. */
export interface OpenCluster extends AsyncDisposable {
  /** The target's request, at a port of loopback. */
  url: string
  /** The target as the user named it, for the report. */
  label: string
  /** For `--traces`; undefined when the backend is outside. */
  traces: string | undefined
  readCluster: (evidence: Evidence) => Promise<{ facts: ClusterFacts; envoys: string[] }>
}

/**
 * Opens port-forwards into a cluster.
 *
 * @throws ClusterError when something that is named does not exist, or access fails
 */
export async function openCluster(
  options: ClusterTarget,
  { findsTraces, signal, onProgress }: OpenOptions,
): Promise<OpenCluster> {
  const { context, target } = options
  const kubectl = await openKubectl(context, { signal })
  try {
    const namespace = options.namespace ?? kubectl.namespace
    onProgress?.(`opening port-forwards to ${formatTarget(target)} in ${namespace}`)
    // One after another: what is still to start when the other fails would outlive it.
    const entry = await resolveTarget(kubectl, target, namespace)
    const backend = await openTraces(kubectl, options, { namespace, findsTraces })
    return {
      url: `${await kubectl.forward(entry)}${target.path}`,
      label: `${context}/${namespace}/${formatTarget(target)}${target.path.split('?')[0]}`,
      traces: backend,
      readCluster: async (evidence) => {
        const { facts, admins } = await readCluster(kubectl, evidence, entry)
        return { facts, envoys: await forwardAll(kubectl, admins, evidence.unseen) }
      },
      [Symbol.asyncDispose]: () => kubectl[Symbol.asyncDispose](),
    }
  } catch (error) {
    await kubectl[Symbol.asyncDispose]()
    throw error
  }
}

async function openTraces(
  kubectl: Kubectl,
  { traces }: ClusterTarget,
  { namespace, findsTraces }: { namespace: string; findsTraces: boolean },
): Promise<string | undefined> {
  if (traces === undefined && !findsTraces) return undefined
  const found = traces === undefined ? await findTraces(kubectl, namespace) : undefined
  const { target, kind } = found ?? { target: traces?.target, kind: traces?.kind }
  if (target === undefined) return undefined
  const pod = await resolveTarget(kubectl, withQueryPort(target), found?.namespace ?? target.namespace ?? namespace)
  const path = target.path === '/' ? '' : target.path
  return `${kind === undefined ? '' : `${kind}=`}${await kubectl.forward(pod)}${path}`
}

/** The port of a backend's query API, where the user names none. */
const QUERY_PORTS = [
  [/zipkin/, '9411'],
  [/tempo/, '3200'],
  [/./, '16686'],
] as const

function withQueryPort(target: Target): Target {
  if (target.port !== null) return target
  const [, port] = QUERY_PORTS.find(([name]) => name.test(target.name)) ?? []
  return { ...target, port: port ?? null }
}

/** A sidecar that can't be reached is said in `unseen`. */
async function forwardAll(kubectl: Kubectl, admins: readonly PodPort[], unseen: string[]): Promise<string[]> {
  const opened = await Promise.all(
    admins.map((admin) =>
      kubectl.forward(admin).catch((error: unknown) => {
        if (!(error instanceof ClusterError)) throw error
        unseen.push(`the sidecar of ${admin.namespace}/${admin.pod}: ${error.message}`)
        return undefined
      }),
    ),
  )
  return opened.filter((url) => url !== undefined)
}
