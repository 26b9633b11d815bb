import diagnosticsChannel from 'node:diagnostics_channel'
import type { TLSSocket } from 'node:tls'
import { type Header, mayHaveHeaders } from '@throughline/propagation'
import {
  getUndiciHeader,
  isUndiciWithheld,
  keepHeadersSingle,
  setUndiciHeaders,
  type UndiciRequest,
  withholdUndiciHeaders,
} from '@throughline/propagation/undici'
import { keepCallersContext } from './undici-context.ts'
import { type CallObserver, type CallRules, type Peer, reportFailure } from './call-observer.ts'

/** The messages of undici's channels. */
type Request = UndiciRequest & {
  readonly method?: string
  readonly origin?: string | URL
  readonly path?: string
  [CALL]?: { readonly call: unknown; status: number | undefined; peer: Peer | undefined } | undefined
}

const CALL = Symbol('throughline.call')

interface UndiciRules<Call> extends CallRules {
  /** Whether a call still belongs to the observer when it is answered: another instrumentation may have taken it. */
  isOurs?: ((call: Call, request: UndiciRequest) => boolean) | undefined
}

/**
 * Observes the calls of the global `fetch` and of every undici in the process, by undici's diagnostics channels.
 *
 * @returns a function that ends it.
 */
export function observeUndiciCalls<Call>(
  observer: CallObserver<Call>,
  { isTaken, isOurs, shouldForward }: UndiciRules<Call> = {},
): () => void {
  const end = (request: Request, error?: unknown): void => {
    const followed = request[CALL]
    if (followed === undefined) return
    request[CALL] = undefined
    const call = followed.call as Call
    if (isOurs?.(call, request) !== false) observer.end(call, { status: followed.status, error, peer: followed.peer })
  }
  const subscribers: Record<string, (message: { request: Request } & Record<string, unknown>) => void> = {
    'undici:request:create'({ request }) {
      keepCallersContext(request)
      const url = `${String(request.origin)}${request.path ?? ''}`
      const may = !isUndiciWithheld(request) && mayHaveHeaders(() => url, shouldForward?.())
      const isOthers = isTaken?.((name) => getUndiciHeader(request, name)) === true
      if (may) keepHeadersSingle(request)
      else if (isOthers) withholdUndiciHeaders(request)
      if (isOthers) return
      const headers: Header[] = []
      const call = observer.start(request.method ?? 'GET', headers)
      if (may) setUndiciHeaders(request, headers)
      if (call === undefined) return
      request[CALL] = { call, status: undefined, peer: undefined }
      observer.describe(call, url)
    },
    'undici:client:sendHeaders'({ request, socket }) {
      if (request[CALL] !== undefined) request[CALL].peer = peerOf(socket as TLSSocket)
    },
    'undici:request:headers'({ request, response }) {
      if (request[CALL] !== undefined) request[CALL].status = (response as { statusCode: number }).statusCode
    },
    'undici:request:trailers': ({ request }) => end(request),
    'undici:request:error': ({ request, error }) => end(request, error),
  }
  const listeners = Object.entries(subscribers).map(([channel, subscriber]) => {
    const listener = (message: unknown): void => {
      try {
        subscriber(message as Parameters<typeof subscriber>[0])
      } catch (error) {
        reportFailure(error)
      }
    }
    diagnosticsChannel.subscribe(channel, listener)
    return { channel, listener }
  })
  return () => {
    for (const { channel, listener } of listeners) diagnosticsChannel.unsubscribe(channel, listener)
  }
}

function peerOf({ remoteAddress: address, remotePort: port, alpnProtocol }: TLSSocket): Peer {
  return { address, port, protocolVersion: alpnProtocol === 'h2' ? '2' : '1.1' }
}
