import { askLater } from './ask-later.ts'
import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'
import { watchUndici } from './undici-request.ts'

export {
  getUndiciHeader,
  keepHeadersSingle,
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
    // The calls of a client or a pool name no origin.
    const { origin } = call
    const headers = headersToSet(() => urlOf(origin ?? '', call.path), origin === undefined ? {} : options)
    if (headers.length === 0) return dispatch(call, handler)
    const merged = mergeHeaders(call.headers as CallHeaders, headers)
    if (origin === undefined) askLater(merged, { path: call.path, names: headers.map(([name]) => name), options })
    return dispatch({ ...call, headers: merged }, handler)
  }
}

function urlOf(origin: string | URL, path: string): string {
  return /^https?:\/\//i.test(path) ? path : new URL(origin).origin + path
}
