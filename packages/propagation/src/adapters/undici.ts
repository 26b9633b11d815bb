import { askLater } from './ask-later.ts'
import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'
import { areOutgoingHeadersClaimed } from '../outgoing-owner.ts'
import { watchUndici } from './undici-request.ts'

export {
  getUndiciHeader,
  keepHeadersSingle,
  isUndiciWithheld,
  setUndiciHeaders,
  type UndiciRequest,
  withholdUndiciHeaders,
} from './undici-request.ts'

interface DispatchOptions {
  readonly origin?: string | URL | undefined
  readonly path: string
  readonly headers?: unknown
}

/** Wraps the dispatch of an undici Dispatcher, as `dispatcher.compose()` takes it. */
export type ForwardInterceptor = <Options extends DispatchOptions, Handler>(
  dispatch: (options: Options, handler: Handler) => boolean,
) => (options: Options, handler: Handler) => boolean

/**
 * Makes an undici interceptor that sets the headers of the request that is being served on every call, replacing any of
 * the same name: `new Agent().compose(createForwardInterceptor())`.
 */
export function createForwardInterceptor(options: OutgoingOptions = {}): ForwardInterceptor {
  watchUndici()
  return (dispatch) => (call, handler) => {
    const { origin, path } = call
    const callHeaders = call.headers as CallHeaders
    // Calls of a client or a pool name no origin, and code that sets the headers of all calls runs later.
    const asksLater = origin === undefined || areOutgoingHeadersClaimed()
    const headers = headersToSet(() => urlOf(origin ?? '', path), asksLater ? {} : options)
    const shouldForward = headers === undefined ? () => false : asksLater ? options.shouldForward : undefined
    if (shouldForward !== undefined) {
      return dispatch({ ...call, headers: askLater(callHeaders, headers ?? [], { path, shouldForward }) }, handler)
    }
    return headers === undefined || headers.length === 0
      ? dispatch(call, handler)
      : dispatch({ ...call, headers: mergeHeaders(callHeaders, headers) }, handler)
  }
}

function urlOf(origin: string | URL, path: string): string {
  return /^https?:\/\//i.test(path) ? path : new URL(origin).origin + path
}
