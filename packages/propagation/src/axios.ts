import { currentForwardHeaders } from './forward.ts'

/** Options of {@link forwardWithAxios}. */
export interface AxiosForwardOptions {
  /** Which calls get the headers, by their full URL as far as it is known. Default: all. */
  readonly shouldForward?: ((url: string) => boolean) | undefined
}

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
export function forwardWithAxios(instance: AxiosLike, { shouldForward }: AxiosForwardOptions = {}): () => void {
  const id = instance.interceptors.request.use((config) => {
    if (shouldForward !== undefined && !shouldForward(fullUrl(config))) return config
    for (const [name, value] of Object.entries(currentForwardHeaders())) config.headers.set(name, value)
    return config
  })
  return () => instance.interceptors.request.eject(id)
}

function fullUrl({ url = '', baseURL }: AxiosRequest): string {
  return URL.canParse(url, baseURL) ? new URL(url, baseURL).href : url
}
