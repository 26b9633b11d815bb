import { parseTarget, type Target, TARGET_KINDS } from '../cluster/target.ts'
import { UsageError } from './usage-error.ts'

/** `--context`: a cluster, and what in it the request is for. */
export interface ClusterOptions {
  context: string
  /** Undefined: that of the context. */
  namespace: string | undefined
  target: Target
  /** What `--traces` names in the cluster; undefined where it is outside, or looked for. */
  traces: { target: Target; kind: string | undefined } | undefined
}

interface Values {
  context?: string | undefined
  namespace?: string | undefined
  traces?: string | undefined
}

const EXAMPLE = 'throughline verify --context NAME -n NAMESPACE deploy/frontend:/cart'
const TRACES = /^(?:(jaeger|zipkin|tempo)=)?([a-z]+\/.*)$/

/** What `--traces` names in the cluster; undefined for a URL or a file. */
function parseBackend(traces: string): ClusterOptions['traces'] {
  const [, kind, place = ''] = TRACES.exec(traces) ?? []
  const target = parseTarget(place)
  return target === undefined ? undefined : { target, kind }
}

/** Whether `--traces` names something in the cluster, not a URL or a file. */
export const isInCluster = (traces: string): boolean => parseBackend(traces) !== undefined

/** Reads the options about a cluster; undefined without `--context`. Throws a UsageError that says what to write. */
export function parseCluster(target: string | undefined, values: Values): ClusterOptions | undefined {
  const parsed = parseTarget(target ?? '')
  const { context, namespace, traces = '' } = values
  if (context === undefined) {
    if (parsed !== undefined) throw new UsageError(`${target} is in which cluster? ${EXAMPLE}`)
    if (namespace !== undefined) throw new UsageError(`--namespace needs --context: ${EXAMPLE}`)
    if (isInCluster(traces)) throw new UsageError(`--traces ${traces} needs --context: ${EXAMPLE}`)
    return undefined
  }
  if (context === '') throw new UsageError('--context is the name of a context; kubectl config get-contexts lists them')
  if (parsed === undefined) {
    throw new UsageError(
      `with --context the request goes to KIND/NAME:PORT/PATH${target === undefined ? '' : `, not ${target}`} (${TARGET_KINDS}): ${EXAMPLE}`,
    )
  }
  if (parsed.namespace !== null && namespace !== undefined && namespace !== parsed.namespace) {
    throw new UsageError(`${target} names another namespace than --namespace ${namespace}`)
  }
  return {
    context,
    namespace: parsed.namespace ?? namespace,
    target: parsed,
    traces: parseBackend(traces),
  }
}
