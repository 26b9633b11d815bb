import type http from 'node:http'
import { isRecord } from '@throughline/trace-store'
import { answerDiscovery } from './discovery.ts'
import type { KubeApi } from './kube-api.ts'
import { badRequest, KubeError, notFound } from './kube-error.ts'
import type { Json, KubeObject } from './kube-object.ts'
import { createObjectView } from './object-view.ts'
import { readBody } from './request-body.ts'
import { parseTarget, type RequestTarget } from './request-target.ts'
import { answerReview } from './reviews.ts'
import type { Tokens } from './tokens.ts'
import { serveWatch } from './watch.ts'

export interface ServedApi {
  api: KubeApi
  tokens: Tokens
  /** Without the `v`. */
  kubernetesVersion: string
}

interface Answer {
  code: number
  body: object | string
}

/** Answers one request; `url` comes without the secret prefix. */
export async function serveRequest(
  served: ServedApi,
  { request, response, url }: { request: http.IncomingMessage; response: http.ServerResponse; url: URL },
): Promise<void> {
  try {
    const { api } = served
    const discovery = answerDiscovery(url.pathname, { types: api.types, kubernetesVersion: served.kubernetesVersion })
    if (discovery !== undefined) return send(response, { code: 200, body: discovery })
    const target = parseTarget(url.pathname, api.types)
    const query = url.searchParams
    if (request.method === 'GET' && (target.name === undefined || query.get('watch') === 'true')) {
      const view = createObjectView(target, { query, accept: request.headers.accept ?? '' })
      const { shelf } = target.type
      if (query.get('watch') === 'true') return serveWatch(response, api.store, { shelf, view, query })
      return send(response, {
        code: 200,
        body: {
          ...view.typeMeta,
          kind: `${view.typeMeta.kind}List`,
          metadata: { resourceVersion: String(api.store.version()) },
          items: api.store.list(shelf).filter(view.matches).map(view.form),
        },
      })
    }
    send(response, await answerOne(served, target, { request, query }))
  } catch (error) {
    const known = error instanceof KubeError ? error : new KubeError(500, 'InternalError', String(error))
    send(response, { code: known.code, body: known.toStatus() })
  }
}

async function answerOne(
  { api, tokens }: ServedApi,
  target: RequestTarget,
  { request, query }: { request: http.IncomingMessage; query: URLSearchParams },
): Promise<Answer> {
  const { type, name, namespace, subresource } = target
  const body = await readBody(request)
  const options = { dryRun: query.has('dryRun'), subresource }
  if (request.method === 'POST') {
    const object = asObject(body)
    const answer = answerReview(type.kind, object as unknown as { [key: string]: Json }, tokens)
    if (answer !== undefined) return { code: 201, body: answer }
    if (type.kind === 'ServiceAccount' && subresource === 'token') return issueToken(target, object, tokens)
    const metadata = { ...object.metadata, ...(namespace !== undefined && { namespace }) }
    return { code: 201, body: await api.create(type, { ...object, metadata }, { dryRun: options.dryRun }) }
  }
  if (name === undefined) throw new KubeError(405, 'MethodNotAllowed', `${request.method} of a whole list`)
  const place = { namespace, name }
  switch (request.method) {
    case 'GET': {
      const { form } = createObjectView(target, { query, accept: request.headers.accept ?? '' })
      return { code: 200, body: form(api.get(type, place)) }
    }
    case 'PUT': {
      const object = asObject(body)
      const metadata = { ...object.metadata, name, ...(namespace !== undefined && { namespace }) }
      return { code: 200, body: await api.update(type, { ...object, metadata }, options) }
    }
    case 'PATCH': {
      const contentType = request.headers['content-type'] ?? ''
      const patch = contentType.startsWith('application/apply-patch') ? placed(asObject(body), place) : body
      const { object, created } = await api.patch(type, { ...place, body: patch as Json, contentType }, options)
      return { code: created ? 201 : 200, body: object }
    }
    case 'DELETE':
      return { code: 200, body: api.remove(type, place, options) }
    default:
      throw new KubeError(405, 'MethodNotAllowed', `${request.method}`)
  }
}

function issueToken({ namespace, name }: RequestTarget, object: KubeObject, tokens: Tokens): Answer {
  if (namespace === undefined || name === undefined) throw notFound('the service account')
  const { audiences = [] } = (object.spec ?? {}) as { audiences?: string[] }
  const subject = { namespace, serviceAccount: name, audience: audiences[0] ?? 'https://kubernetes.default.svc' }
  const { token, expires } = tokens.issue(subject)
  return { code: 201, body: { ...object, status: { token, expirationTimestamp: expires.toISOString() } } }
}

/** An applied object, whose body may leave out the name of one that exists: istiod annotates a Gateway that way. */
function placed(object: KubeObject, { namespace, name }: { namespace: string | undefined; name: string }): KubeObject {
  if ((object.metadata?.name ?? name) !== name) throw badRequest(`the object must have the name of its path, ${name}`)
  return { ...object, metadata: { ...object.metadata, ...(namespace !== undefined && { namespace }) } }
}

function asObject(body: Json | undefined): KubeObject {
  if (!isRecord(body)) throw badRequest('the body must be an object')
  return body as unknown as KubeObject
}

function send(response: http.ServerResponse, { code, body }: Answer): void {
  const isText = typeof body === 'string'
  response.writeHead(code, { 'content-type': isText ? 'text/plain' : 'application/json' })
  response.end(isText ? body : JSON.stringify(body))
}
