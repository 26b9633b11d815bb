import { diag } from '@opentelemetry/api'
import type { AxiosConfigLike, AxiosLike } from './axios-like.ts'

/** The observer of one call of an axios instance. */
export interface AxiosCall {
  /** Its request is about to be made: returns the configuration that axios continues with. */
  onRequest<Config extends AxiosConfigLike>(config: Config): Config
  onResponse(response: unknown): void
  onError(error: unknown): void
}

interface Handler {
  fulfilled: unknown
  rejected: unknown
}

/**
 * Follows each call of an axios instance from its request to its end, whatever it ends with: other interceptors,
 * adapters and transforms leave errors and responses that name no call.
 *
 * Axios collects the interceptors of a call in one go, so those that are read together belong to one call.
 *
 * @returns a function that ends it.
 */
export function observeAxios(instance: AxiosLike, createCall: () => AxiosCall): () => void {
  const { request, response } = instance.interceptors
  let call = createCall()
  // Not as a synchronous one: axios then passes what throws on the way to the adapter by all interceptors.
  const requestId = request.use((config) => call.onRequest(config))
  const responseId = response.use(onFulfilled(call), onRejected(call))
  const start = handlerOf(request, requestId)
  const end = handlerOf(response, responseId)
  const eject = (): void => {
    request.eject(requestId)
    response.eject(responseId)
  }
  if (start === undefined || end === undefined) {
    diag.warn('calls of this axios instance have no spans: its version is neither 0.27 nor 1.x')
    eject()
    return () => {}
  }
  Object.defineProperty(start, 'fulfilled', {
    get() {
      const axiosCall = (call = createCall())
      return (config: AxiosConfigLike) => axiosCall.onRequest(config)
    },
  })
  Object.defineProperty(end, 'fulfilled', { get: () => onFulfilled(call) })
  Object.defineProperty(end, 'rejected', { get: () => onRejected(call) })
  return eject
}

const onFulfilled =
  (call: AxiosCall) =>
  <Response>(value: Response): Response => {
    call.onResponse(value)
    return value
  }

const onRejected =
  (call: AxiosCall) =>
  (error: unknown): Promise<never> => {
    call.onError(error)
    return Promise.reject(error)
  }

/** All versions from 0.x on keep what `use` was given in a list, by the number that `use` returns. */
function handlerOf(manager: object, id: number): Handler | undefined {
  const { handlers } = manager as { handlers?: (Handler | null)[] }
  return handlers?.[id] ?? undefined
}
