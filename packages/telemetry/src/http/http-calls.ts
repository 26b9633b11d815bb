import diagnosticsChannel from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import { type Header, mayHaveHeaders, PROPAGATION_NAMES, runWithheld, staleBeside } from '@throughline/propagation'
import { urlOfRequest, withRequestHeaders } from '@throughline/propagation/http-client'
import { type CallObserver, type CallRules, type Peer, reportFailure } from './call-observer.ts'
import { type GetHeader, staleIn } from './injected.ts'
import { hasFinalHeaders, headerOf, methodOf } from './request-arguments.ts'
import { type AskedFor, urlOf } from './request-url.ts'

/** Published while a request is made, before anything of it is sent: Node 22.12 and later. */
const CREATED = 'http.client.request.created'
/** Published with the head of a response: a listener for `response` would keep Node from discarding its body. */
const ANSWERED = 'http.client.response.finish'

/** The untyped parts of `ClientRequest`. */
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

/** A call whose request is being made. */
interface Making<Call> extends AskedFor {
  /** Whether it may have trace headers. */
  readonly may: boolean
  /** Set where the call was started before its request, with its headers in the arguments. */
  started?: { call: Call | undefined } | undefined
}

/**
 * Observes the calls of `node:http` and `node:https`, and so of every client above them. Node publishes each request if
 * it has a channel for that. `request` and `get` are replaced as well: for a Node without it, and for headers that are
 * final once the request exists, which are those given as a list and those with `Expect`.
 *
 * @returns a function that ends it.
 */
export function observeHttpCalls<Call>(
  observer: CallObserver<Call>,
  { isTaken = () => false, shouldForward }: CallRules = {},
): () => void {
  let on = true
  let making: Making<Call> | undefined

  const begin = (request: Request): void => {
    if (!on || request[FOLLOWED] !== undefined) return
    request[FOLLOWED] = NOT_FOLLOWED
    try {
      const may = making?.may ?? mayHaveHeaders(() => urlOf(request), shouldForward?.())
      const get: GetHeader = (name) => request.getHeader(name)
      if (making?.started === undefined && isTaken(get)) {
        removeHeaders(request, may ? staleIn(get) : PROPAGATION_NAMES)
        return
      }
      const headers: Header[] = []
      const call = making?.started ? making.started.call : observer.start(request.method, headers)
      if (may) setHeaders(request, headers)
      if (call === undefined) return
      observer.describe(call, urlOf(request, making))
      request[FOLLOWED] = { observer, call, error: undefined, peer: undefined }
      request.on(errorMonitor, onError).on('close', onClose)
    } catch (error) {
      reportFailure(error)
    }
  }
  /** The equivalent of `begin` for a request that has yet to be made: returns the arguments with its headers. */
  const startEarly = (made: Making<Call>): readonly unknown[] => {
    const { args, may } = made
    try {
      const get = headerOf(args)
      if (isTaken(get)) return withRequestHeaders(args, [], may ? staleIn(get) : [...PROPAGATION_NAMES])
      const headers: Header[] = []
      made.started = { call: observer.start(methodOf(args), headers) }
      return may ? withRequestHeaders(args, headers) : args
    } catch (error) {
      reportFailure(error)
      return args
    }
  }
  const onCreated = (message: unknown): void => begin((message as { request: Request }).request)

  const wrap =
    (original: MakeRequest, protocol: AskedFor['protocol']): MakeRequest =>
    (...args) => {
      if (!on) return original(...args)
      const may = mayHaveHeaders(() => urlOfRequest(args, protocol), shouldForward?.())
      const made: Making<Call> = { args, protocol, may }
      const outer = making
      making = made
      try {
        const callArgs = hasFinalHeaders(args) ? startEarly(made) : args
        const request = may ? original(...callArgs) : runWithheld(() => original(...callArgs))
        begin(request)
        return request
      } catch (error) {
        if (made.started?.call !== undefined) observer.end(made.started.call, { error })
        throw error
      } finally {
        making = outer
      }
    }

  const restore = [
    replaceRequests(http, (original) => wrap(original, 'http:')),
    replaceRequests(https, (original) => wrap(original, 'https:')),
  ]
  syncBuiltinESMExports()
  diagnosticsChannel.subscribe(CREATED, onCreated)
  diagnosticsChannel.subscribe(ANSWERED, onAnswered)
  return () => {
    on = false
    diagnosticsChannel.unsubscribe(CREATED, onCreated)
    diagnosticsChannel.unsubscribe(ANSWERED, onAnswered)
    for (const undo of restore) undo()
    syncBuiltinESMExports()
  }
}

/** Replaces `request` and `get` of a module; returns what puts them back unless a caller replaced them since. */
function replaceRequests(module: typeof http | typeof https, wrap: (original: MakeRequest) => MakeRequest): () => void {
  const before = { request: module.request, get: module.get }
  const make = wrap(module.request as MakeRequest)
  const after = {
    request: (...args: unknown[]) => make(...args),
    // Node's own function sends the request before it returns.
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

/** While the socket is open, because it loses its remote address when it closes. */
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

function setHeaders(request: Request, headers: readonly Header[]): void {
  if (headers.length === 0 || request.headersSent) return
  removeHeaders(request, staleBeside(headers))
  for (const [name, value] of headers) request.setHeader(name, value)
}

function removeHeaders(request: Request, names: Iterable<string>): void {
  if (request.headersSent) return
  for (const name of names) request.removeHeader(name)
}
