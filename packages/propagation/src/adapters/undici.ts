import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'
import { watchUndici } from './undici-request.ts'

export { keepHeadersSingle, setUndiciHeader, type UndiciRequest } from './undici-request.ts'

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
    const headers = headersToSet(() => urlOf(call), options)
    if (headers.length === 0) return dispatch(call, handler)
    return dispatch({ ...call, headers: mergeHeaders(call.headers as CallHeaders, headers) }, handler)
  }
}

function urlOf({ origin, path }: DispatchOptions): string {
  return origin === undefined ? path : new URL(path, origin).href
}
