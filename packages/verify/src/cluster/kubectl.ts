import { spawn } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import { watchChildren } from './child-watch.ts'
import { ClusterError } from './cluster-error.ts'

export interface PodPort {
  namespace: string
  pod: string
  port: number
}

/** A cluster, by the program that knows every way to log in to one. It gets, lists and forwards ports; nothing else. */
export interface Kubectl extends AsyncDisposable {
  context: string
  /** The namespace that the context names, else `default`. */
  namespace: string
  /** The object or list at a path of the API; undefined where there is none. */
  get: (path: string) => Promise<unknown>
  /** Reads YAML on this machine. */
  parseYaml: (text: string) => Promise<unknown>
  /** Opens a port of loopback that leads into a pod. */
  forward: (to: PodPort) => Promise<string>
}

export interface KubectlOptions {
  env?: NodeJS.ProcessEnv | undefined
  signal?: AbortSignal | undefined
}

/** Milliseconds for one answer of the cluster, and for a port-forward to be ready. */
const ANSWER_MS = 30_000

/**
 * Opens a context of the kubeconfig.
 *
 * @throws ClusterError when kubectl is not on PATH, or knows no such context
 */
export async function openKubectl(context: string, { env = process.env, signal }: KubectlOptions): Promise<Kubectl> {
  // One for each kubectl that runs at the same time.
  if (signal !== undefined) setMaxListeners(0, signal)
  const run = (args: string[], input?: string): Promise<string> => runKubectl(args, { env, signal, input })
  const config = await run(['config', 'view', '--minify', '--context', context, '--output', 'json'])
  const { contexts } = JSON.parse(config) as { contexts?: { context?: { namespace?: string } }[] | null }
  const children = watchChildren()
  return {
    context,
    namespace: contexts?.[0]?.context?.namespace ?? 'default',
    async get(path) {
      try {
        return JSON.parse(await run(['--context', context, 'get', '--raw', path])) as unknown
      } catch (error) {
        if (error instanceof ClusterError && /\(NotFound\)|could not find the requested resource/.test(error.message)) {
          return undefined
        }
        throw error
      }
    },
    async parseYaml(text) {
      const nested = text.replaceAll(/^/gm, '  ')
      const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: local }\nnested:\n${nested}\n`
      const printed = await run(['label', '--local', '--filename', '-', '--output', 'json', 'local=true'], object)
      return (JSON.parse(printed) as { nested?: unknown }).nested
    },
    async forward({ namespace, pod, port }) {
      const child = spawn(
        'kubectl',
        [
          '--context',
          context,
          '--namespace',
          namespace,
          'port-forward',
          '--address',
          '127.0.0.1',
          `pod/${pod}`,
          `:${port}`,
        ],
        { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
      )
      children.add(child)
      let printed = ''
      let failure = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (failure = (failure + text).slice(-2000)))
      const limit = AbortSignal.timeout(ANSWER_MS)
      const cancelled = signal === undefined ? limit : AbortSignal.any([signal, limit])
      const ready = new Promise<string>((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          printed = (printed + text).slice(-2000)
          const [, local] = /127\.0\.0\.1:(\d+) ->/.exec(printed) ?? []
          if (local !== undefined) resolve(local)
        })
        child.once('close', () => reject(explainFailure(failure)))
        child.once('error', (error: NodeJS.ErrnoException) => reject(explainStart(error)))
        cancelled.addEventListener('abort', () => {
          child.kill()
          reject(
            signal?.aborted
              ? (signal.reason as Error)
              : new ClusterError('access', `no port-forward to pod ${namespace}/${pod} within ${ANSWER_MS / 1000} s`),
          )
        })
      })
      return `http://127.0.0.1:${await ready}`
    },
    [Symbol.asyncDispose]: () => children.close(),
  }
}

async function runKubectl(
  args: string[],
  { env, signal, input }: KubectlOptions & { input?: string | undefined },
): Promise<string> {
  const child = spawn('kubectl', args, { env, signal, stdio: 'pipe', windowsHide: true, timeout: ANSWER_MS })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = (await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw signal?.aborted ? error : explainStart(error)
  })) as [number | null]
  if (code === 0) return stdout
  signal?.throwIfAborted()
  throw code === null
    ? new ClusterError('access', `kubectl ${args.join(' ')}: no answer within ${ANSWER_MS / 1000} s`)
    : explainFailure(stderr)
}

function explainStart(error: NodeJS.ErrnoException): ClusterError {
  return error.code === 'ENOENT'
    ? new ClusterError(
        'usage',
        'kubectl is not on PATH; --context drives it: https://kubernetes.io/docs/tasks/tools/#kubectl',
        { cause: error },
      )
    : new ClusterError('access', `kubectl can’t be started: ${error.message}`, { cause: error })
}

/** What kubectl printed, with what to do about it where that is known. */
function explainFailure(stderr: string): ClusterError {
  const text = stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? ''
  if (/cannot locate context|context "[^"]*" does not exist|context was not found/.test(text)) {
    return new ClusterError('usage', `${text.replace(/^error: /, '')}; kubectl config get-contexts lists them`)
  }
  if (/\(Forbidden\)|is forbidden/.test(stderr)) {
    return new ClusterError('forbidden', `${text}; throughline verify --print-rbac prints the role it needs`)
  }
  return new ClusterError('access', text === '' ? 'kubectl failed and printed nothing' : text)
}
