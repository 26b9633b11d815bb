import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'

interface AxiosRequest {
  readonly url?: string | undefined
  readonly baseURL?: string | undefined
  readonly headers: { set(name: string, value: string): unknown }
}

/** The part of an axios instance that is used. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(onFulfilled: <Config extends AxiosRequest>(config: Config) => Config): number
      eject(id: number): void
    }
  }
}

/**
 * Sets the headers of the request that is being served on every call of an axios instance, replacing any of the same
 * name in any case.
 *
 * @returns a function that takes the interceptor out again.
 */
export function forwardWithAxios(instance: AxiosLike, options: OutgoingOptions = {}): () => void {
  const id = instance.interceptors.request.use((config) => {
    for (const [name, value] of headersToSet(() => fullUrl(config), options)) config.headers.set(name, value)
    return config
  })
  return () => instance.interceptors.request.eject(id)
}

function fullUrl({ url = '', baseURL }: AxiosRequest): string {
  return URL.canParse(url, baseURL) ? new URL(url, baseURL).href : url
}
