import diagnosticsChannel from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import { withRequestHeaders } from '@throughline/propagation/http-client'
import { type CallObserver, type Peer, reportFailure } from './call-observer.ts'
import { hasFinalHeaders, methodOf } from './request-arguments.ts'
import { urlOf } from './request-url.ts'

/** Published while a request is made, before anything of it is sent: Node 22.12 and later. */
const CREATED = 'http.client.request.created'
/** Published with the head of a response: a listener for `response` would keep Node from discarding its body. */
const ANSWERED = 'http.client.response.finish'

/** Of `ClientRequest`, what its types leave out. */
type Request = ClientRequest & {
  res?: IncomingMessage
  upgradeOrConnect?: boolean
  [FOLLOWED]?: Followed | typeof NOT_FOLLOWED
}
type MakeRequest = (...args: unknown[]) => ClientRequest

interface Followed {
  readonly observer: CallObserver<unknown>
  readonly call: unknown
  error: unknown
  peer: Peer | undefined
}

const FOLLOWED = Symbol('throughline.call')
const NOT_FOLLOWED = false

/**
 * Observes the calls of `node:http` and `node:https`, and so of every client above them. Node tells of each request where
 * it has a channel for that. `request` and `get` are replaced as well: for a Node without it, and for headers that are
 * final once the request exists, which are those given as a list and those with `Expect`.
 *
 * @param isTaken whether another instrumentation has made the span of a request, and set its headers. Default: none has.
 * @returns a function that ends it.
 */
export function observeHttpCalls<Call>(
  observer: CallObserver<Call>,
  isTaken: (request: ClientRequest) => boolean = () => false,
): () => void {
  let on = true
  /** A call whose request is being made right now, with its headers in the arguments. */
  let started: { call: Call | undefined } | undefined

  const begin = (request: Request): void => {
    if (!on || request[FOLLOWED] !== undefined) return
    request[FOLLOWED] = NOT_FOLLOWED
    try {
      if (isTaken(request)) return
      const call = started ? started.call : observer.start(request.method, request, ON_REQUEST)
      if (call === undefined) return
      observer.describe(call, urlOf(request))
      request[FOLLOWED] = { observer, call, error: undefined, peer: undefined }
      request.on(errorMonitor, onError).on('close', onClose)
    } catch (error) {
      reportFailure(error)
    }
  }
  /** What `begin` does, for a request that has yet to be made: headers go into its arguments. */
  const startEarly = (args: readonly unknown[], headers: [string, string][]): Call | undefined => {
    try {
      return observer.start(methodOf(args), headers, ON_LIST)
    } catch (error) {
      reportFailure(error)
      return undefined
    }
  }
  const onCreated = (message: unknown): void => begin((message as { request: Request }).request)

  const wrap =
    (original: MakeRequest): MakeRequest =>
    (...args) => {
      if (!on || !hasFinalHeaders(args)) {
        const request = original(...args)
        begin(request)
        return request
      }
      const headers: [string, string][] = []
      const call = startEarly(args, headers)
      const outer = started
      started = { call }
      try {
        const request = original(...withRequestHeaders(args, headers))
        begin(request)
        return request
      } catch (error) {
        if (call !== undefined) observer.end(call, { error })
        throw error
      } finally {
        started = outer
      }
    }

  const restore = [replaceRequests(http, wrap), replaceRequests(https, wrap)]
  syncBuiltinESMExports()
  diagnosticsChannel.subscribe(CREATED, onCreated)
  diagnosticsChannel.subscribe(ANSWERED, onAnswered)
  return () => {
    on = false
    diagnosticsChannel.unsubscribe(CREATED, onCreated)
    diagnosticsChannel.unsubscribe(ANSWERED, onAnswered)
    for (const each of restore) each()
    syncBuiltinESMExports()
  }
}

/** Replaces `request` and `get` of a module; returns what puts them back unless a caller replaced them since. */
function replaceRequests(module: typeof http | typeof https, wrap: (original: MakeRequest) => MakeRequest): () => void {
  const before = { request: module.request, get: module.get }
  const make = wrap(module.request as MakeRequest)
  const after = {
    request: (...args: unknown[]) => make(...args),
    // Node's own sends the request before it returns it.
    get: (...args: unknown[]) => {
      const request = make(...args)
      request.end()
      return request
    },
  }
  Object.assign(module, after)
  return () => {
    if (module.request === after.request) module.request = before.request
    if (module.get === after.get) module.get = before.get
  }
}

/** While the socket is there: it forgets its other end when it closes. */
function onAnswered(message: unknown): void {
  const { request, response } = message as {
    request: Request
    response: Omit<IncomingMessage, 'socket'> & { socket: Partial<Socket> | null }
  }
  const followed = request[FOLLOWED]
  if (typeof followed !== 'object') return
  const { remoteAddress: address, remotePort: port } = response.socket ?? {}
  followed.peer = { address, port, protocolVersion: response.httpVersion }
}

function onError(this: Request, error: unknown): void {
  const followed = this[FOLLOWED]
  if (typeof followed === 'object') followed.error = error
}

function onClose(this: Request): void {
  const followed = this[FOLLOWED]
  if (typeof followed !== 'object') return
  try {
    followed.observer.end(followed.call, {
      status: this.res?.statusCode,
      error: followed.error ?? cutOff(this),
      peer: followed.peer,
    })
  } catch (error) {
    reportFailure(error)
  }
}

/** A response that ended before its body did. */
function cutOff({ res, upgradeOrConnect }: Request): unknown {
  if (res === undefined || res.complete || upgradeOrConnect === true) return undefined
  return { code: 'ECONNRESET', message: 'the response ended before its body' }
}

const ON_LIST = { set: (list: [string, string][], name: string, value: string) => void list.push([name, value]) }
const ON_REQUEST = {
  set: (request: Request, name: string, value: string) => {
    if (!request.headersSent) request.setHeader(name, value)
  },
}
