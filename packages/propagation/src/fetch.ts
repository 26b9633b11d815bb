import { currentForwardHeaders } from './forward.ts'

/** Options of {@link createForwardFetch}. */
export interface FetchForwardOptions {
  /** Which calls get the headers, by their full URL. Default: all. */
  readonly shouldForward?: ((url: string) => boolean) | undefined
}

/**
 * Makes a `fetch` that sets the headers of the request that is being served on every call, replacing any of the same
 * name. Headers of a `Request` and of the second argument stay as `fetch` itself has them.
 *
 * @param base default: the global `fetch`, looked up at every call.
 */
export function createForwardFetch(
  base: typeof fetch = (...call) => globalThis.fetch(...call),
  { shouldForward }: FetchForwardOptions = {},
): typeof fetch {
  return (input, init) => {
    const forwarded = Object.entries(currentForwardHeaders())
    const request = typeof input === 'string' || input instanceof URL ? undefined : input
    if (forwarded.length === 0 || (shouldForward !== undefined && !shouldForward(urlOf(input))))
      return base(input, init)
    const headers = new Headers(init?.headers ?? request?.headers)
    for (const [name, value] of forwarded) headers.set(name, value)
    return base(input, { ...init, headers })
  }
}

function urlOf(input: Parameters<typeof fetch>[0]): string {
  if (typeof input === 'string') return input
  return input instanceof URL ? input.href : input.url
}
