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
 * Sets headers in an axios configuration, whatever its `headers` are: axios's own object, a plain one, pairs, a text, none.
 * Of the same name in any case there is one afterwards, and of trace contexts the one that is set.
 *
 * @returns the configuration itself, or a copy where it can't be changed.
 */
export function withAxiosHeaders<Config extends AxiosCallLike>(config: Config, headers: readonly Header[]): Config {
  if (typeof config !== 'object' || config === null) return config
  const { headers: current } = config
  const stale = staleBeside(headers)
  if (isAxiosHeaders(current) && Object.isExtensible(current)) {
    for (const name of stale) current.delete(name)
    for (const [name, value] of headers) current.set(name, value)
    return config
  }
  const names = new Set([...headers.map(([name]) => name), ...stale])
  const remaining = pairsOf(current).filter(([name]) => !names.has(name.toLowerCase()))
  const merged = Object.fromEntries([...remaining, ...headers])
  return Reflect.set(config, 'headers', merged) ? config : { ...config, headers: merged }
}

type Pair = readonly [name: string, value: unknown]

/** What axios takes for headers: its own object or a plain one, a list of pairs, a text with a header on each line. */
function pairsOf(headers: unknown): readonly Pair[] {
  if (typeof headers === 'string') return headers.split('\n').flatMap(pairOfLine)
  if (!isIterable(headers) || isAxiosHeaders(headers)) return Object.entries(headers ?? {})
  return [...headers].filter((entry): entry is Pair => Array.isArray(entry) && typeof entry[0] === 'string')
}

function pairOfLine(line: string): Pair[] {
  const colon = line.indexOf(':')
  return colon === -1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]]
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

function addressOf({ allowAbsoluteUrls, ...config }: AxiosCallLike): string {
  // Programs without types give a `URL`, too.
  const [url, baseURL] = [config.url ?? '', config.baseURL ?? ''].map(String) as [string, string]
  const isAbsolute = /^([a-z][a-z\d+.-]*:)?\/\//i.test(url)
  if (baseURL === '' || (isAbsolute && allowAbsoluteUrls !== false)) return url
  return url === '' ? baseURL : `${baseURL.replace(/\/?\/$/, '')}/${url.replace(/^\/+/, '')}`
}

interface AxiosHeadersLike {
  set(name: string, value: string): unknown
  delete(name: string): unknown
}

/** Of all that has `set` and `delete`, axios's own object alone finds a name in any case and can `normalize` it. */
function isAxiosHeaders(headers: unknown): headers is AxiosHeadersLike {
  const { set, delete: remove, normalize } = (headers ?? {}) as Record<string, unknown>
  return [set, remove, normalize].every((method) => typeof method === 'function')
}

function isIterable(headers: unknown): headers is Iterable<unknown> {
  return typeof headers === 'object' && headers !== null && Symbol.iterator in headers
}
