import net from 'node:net'
import { messageOf, runTool } from '@throughline/lab-programs'
import type { ClusterKind } from './cluster-kinds.ts'
import { problemOf } from './programs.ts'

/** A cluster that the user's kubeconfig knows. */
export interface KubeContext {
  context: string
  kind: ClusterKind
  /** The cluster's name as its own program knows it. */
  name: string
}

export interface KubeContexts {
  all: KubeContext[]
  /** The user's current one. */
  current: KubeContext | undefined
  /** Why none could be read, as a sentence; undefined where they were. */
  failure?: string
}

interface KubeConfig {
  'current-context'?: string
  contexts?: { name: string; context?: { cluster: string } | null }[] | null
  clusters?:
    | { name: string; cluster: { server?: string; extensions?: { extension?: { provider?: string } }[] } }[]
    | null
}

/** Reads the contexts of the user's kubeconfig; none where there is no kubeconfig, no kubectl, or one that it can't read. */
export async function readContexts(env: NodeJS.ProcessEnv): Promise<KubeContexts> {
  const missing = await problemOf('kubectl', env)
  if (missing !== undefined) return { all: [], current: undefined, failure: `${missing}.` }
  const printed = await runTool(['kubectl', 'config', 'view', '-o', 'json'], { env, timeoutMs: 20_000 }).catch(
    (error: unknown) => ({ error: messageOf(error) }),
  )
  if (typeof printed !== 'string') {
    const [reason = ''] = printed.error.split('\n').filter((line) => line.startsWith('error: '))
    return {
      all: [],
      current: undefined,
      failure: `kubectl can't read the kubeconfig: ${reason.slice(0, 500) || printed.error}`,
    }
  }
  const config = JSON.parse(printed) as KubeConfig
  const all = (config.contexts ?? []).map(({ name, context }) => {
    const cluster = config.clusters?.find((candidate) => candidate.name === context?.cluster)?.cluster
    const isMinikube = cluster?.extensions?.some(({ extension }) => extension?.provider === 'minikube.sigs.k8s.io')
    return { context: name, ...recognise(name, cluster?.server ?? '', isMinikube ?? false) }
  })
  return { all, current: all.find(({ context }) => context === config['current-context']) }
}

/** Anyone may call a context `kind-…`: the name counts only where the API server is on this machine. */
function recognise(name: string, server: string, isMinikube: boolean): { kind: ClusterKind; name: string } {
  if (isMinikube) return { kind: 'minikube', name }
  if (isOnThisMachine(server)) {
    if (name === 'docker-desktop') return { kind: 'docker-desktop', name }
    if (name.startsWith('kind-')) return { kind: 'kind', name: name.slice('kind-'.length) }
  }
  return { kind: 'other', name }
}

const localAddresses = new net.BlockList()
localAddresses.addSubnet('127.0.0.0', 8)
localAddresses.addAddress('0.0.0.0')
localAddresses.addAddress('::1', 'ipv6')

function isOnThisMachine(server: string): boolean {
  if (!URL.canParse(server)) return false
  const host = new URL(server).hostname.replaceAll(/[[\]]/g, '')
  if (['localhost', 'kubernetes.docker.internal'].includes(host)) return true
  const family = net.isIP(host)
  return family !== 0 && localAddresses.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
