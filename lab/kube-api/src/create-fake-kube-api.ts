import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { stringify } from 'yaml'
import { createKubeApi } from './kube-api.ts'
import { badRequest, KubeError } from './kube-error.ts'
import type { KubeObject, ObjectRef } from './kube-object.ts'
import type { ResourceType } from './resource-type.ts'
import { serveRequest } from './serve-request.ts'
import { createTokens, type TokenSubject } from './tokens.ts'

export interface FakeKubeApiOptions {
  /** Default 0: the system chooses. */
  port?: number
  /** Address to listen on, default 127.0.0.1. */
  host?: string
  /** Objects that exist from the start, in this order; no webhook is called for them. Missing namespaces are added. */
  objects?: KubeObject[]
  /** Version that the API and its one node claim, default 1.36.3. Istio injects native sidecars from 1.33 on. */
  kubernetesVersion?: string
}

/**
 * A fake Kubernetes API for the lab and its tests: in memory, on loopback, and limited to what Istio's programs
 * request.
 */
export interface FakeKubeApi {
  /** Address of the API. Its path is a secret, as every caller who knows it may do everything. */
  url: string
  /** The text of a kubeconfig for it. It holds the secret path: keep it private. */
  kubeconfig: () => string
  /**
   * Creates or replaces each object (its status only when one is given), as a user of the cluster would: webhooks are
   * called. A missing namespace is added.
   *
   * @returns the objects as stored, with the changes of webhooks and defaults
   * @throws KubeError in the wording of the Kubernetes API when one is refused; those before it stay stored
   */
  apply: (objects: KubeObject[]) => Promise<KubeObject[]>
  /** @throws KubeError 404 */
  delete: (ref: ObjectRef) => void
  /** Undefined when there is no such object. */
  get: (ref: ObjectRef) => KubeObject | undefined
  /** All objects of a kind, in all namespaces unless one is given. */
  list: (kind: string, options?: { apiVersion?: string; namespace?: string }) => KubeObject[]
  /** A token of a service account, valid for a day, that TokenReview accepts for its audience. */
  issueToken: (subject: TokenSubject) => string
  /** Rises with every change: while it is constant, no client writes. */
  version: () => number
  close: () => Promise<void>
}

export async function createFakeKubeApi(options: FakeKubeApiOptions = {}): Promise<FakeKubeApi & AsyncDisposable> {
  const { port = 0, host = '127.0.0.1', kubernetesVersion = '1.36.3' } = options
  const api = createKubeApi()
  const tokens = createTokens()
  const secret = `/${randomBytes(16).toString('hex')}`

  const typeOf = ({ kind, apiVersion }: { kind: string; apiVersion?: string | undefined }): ResourceType => {
    const type = api.types.byKind(kind, apiVersion)
    if (type === undefined) throw badRequest(`no kind ${kind}${apiVersion === undefined ? '' : ` in ${apiVersion}`}`)
    return type
  }
  const addNamespace = (name: string): void => {
    if (read({ kind: 'Namespace', name }) === undefined) {
      api.restore({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    }
  }
  const read = (ref: ObjectRef): KubeObject | undefined => {
    try {
      return structuredClone(api.get(typeOf(ref), ref))
    } catch (error) {
      if (error instanceof KubeError && error.code === 404) return undefined
      throw error
    }
  }
  const prepare = (object: KubeObject): ResourceType => {
    const type = typeOf(object)
    if (type.namespaced) addNamespace(object.metadata.namespace ?? 'default')
    return type
  }
  const applyOne = async (object: KubeObject): Promise<KubeObject> => {
    const type = prepare(object)
    const { resourceVersion: _any, ...metadata } = object.metadata
    if (read({ ...object.metadata, kind: object.kind, apiVersion: object.apiVersion }) === undefined) {
      return await api.create(type, { ...object, metadata })
    }
    const updated = await api.update(type, { ...object, metadata })
    return object.status === undefined
      ? updated
      : await api.update(type, { ...object, metadata }, { subresource: 'status' })
  }

  for (const name of ['default', 'kube-system']) addNamespace(name)
  api.restore(nodeOf(kubernetesVersion))
  for (const object of options.objects ?? []) {
    prepare(object)
    api.restore(object)
  }

  const server = http.createServer({ requestTimeout: 0 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://kube-api')
    if (!url.pathname.startsWith(`${secret}/`)) {
      response.writeHead(403).end()
      return
    }
    url.pathname = url.pathname.slice(secret.length)
    void serveRequest({ api, tokens, kubernetesVersion }, { request, response, url })
  })
  server.listen({ port, host, exclusive: true })
  await once(server, 'listening')
  const url = `http://${host}:${(server.address() as net.AddressInfo).port}${secret}`
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    // Watches do not end by themselves.
    server.closeAllConnections()
    await closed
  }

  return {
    url,
    kubeconfig: () => kubeconfigOf(url),
    async apply(objects) {
      const applied: KubeObject[] = []
      for (const object of objects) applied.push(structuredClone(await applyOne(object)))
      return applied
    },
    delete: (ref) => void api.remove(typeOf(ref), ref),
    get: read,
    list: (kind, { apiVersion, namespace } = {}) =>
      structuredClone(
        api
          .list(typeOf({ kind, apiVersion }))
          .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
      ),
    issueToken: (subject) => tokens.issue(subject).token,
    version: () => api.store.version(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function kubeconfigOf(server: string): string {
  const name = 'fake-kube-api'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: {} }],
    'current-context': name,
  })
}

/** Istio reads the Kubernetes version from the nodes before it injects a native sidecar. */
function nodeOf(version: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'fake-node' },
    status: { nodeInfo: { kubeletVersion: `v${version}` }, conditions: [{ type: 'Ready', status: 'True' }] },
  }
}
