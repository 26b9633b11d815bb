import { type Header, staleBeside } from '../stale-headers.ts'

/** What is read of axios's request configuration, and set in it. Interceptors of others may have left anything. */
export interface AxiosCallLike {
  readonly url?: string | undefined
  readonly baseURL?: string | undefined
  readonly params?: unknown
  readonly paramsSerializer?: unknown
  readonly allowAbsoluteUrls?: unknown
  headers?: unknown
  readonly beforeRedirect?: unknown
  readonly transformRequest?: unknown
}

/**
 * Sets headers in an axios configuration, whatever its `headers` are: axios's own object, a plain one, none. Of the same
 * name in any case there is one afterwards, and of trace contexts the one that is set.
 *
 * @returns the configuration itself, or a copy where it can't be changed.
 */
export function withAxiosHeaders<Config extends AxiosCallLike>(config: Config, headers: readonly Header[]): Config {
  if (typeof config !== 'object' || config === null) return config
  const { headers: given } = config
  const stale = staleBeside(headers)
  if (hasSet(given) && !Object.isFrozen(given)) {
    for (const name of stale) given.delete(name)
    for (const [name, value] of headers) given.set(name, value)
    return config
  }
  const names = new Set([...headers.map(([name]) => name), ...stale])
  const kept = Object.entries(given ?? {}).filter(([name]) => !names.has(name.toLowerCase()))
  const merged = Object.fromEntries([...kept, ...headers])
  if (Object.isFrozen(config)) return { ...config, headers: merged }
  config.headers = merged
  return config
}

/**
 * The URL that axios calls: `baseURL` is put before `url`, its path included, and `params` behind.
 *
 * @param instance for its way to write `params`. Without the body, which `getUri` would copy.
 */
export function urlOfAxios(config: AxiosCallLike, instance: { getUri?(config?: object): string }): string {
  const { params, paramsSerializer } = config
  const url = addressOf(config)
  if (params === undefined || params === null || instance.getUri === undefined) return url
  return instance.getUri({ url, params, paramsSerializer, allowAbsoluteUrls: true })
}

function addressOf({ url = '', baseURL, allowAbsoluteUrls }: AxiosCallLike): string {
  const isAbsolute = /^([a-z][a-z\d+.-]*:)?\/\//i.test(url)
  if (!baseURL || (isAbsolute && allowAbsoluteUrls !== false)) return url
  return url === '' ? baseURL : `${baseURL.replace(/\/?\/$/, '')}/${url.replace(/^\/+/, '')}`
}

function hasSet(
  headers: unknown,
): headers is { set(name: string, value: string): unknown; delete(name: string): unknown } {
  const { set, delete: remove } = (headers ?? {}) as { set?: unknown; delete?: unknown }
  return typeof set === 'function' && typeof remove === 'function'
}
