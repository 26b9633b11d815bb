import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { watchUndici } from './undici-request.ts'

/**
 * Makes a `fetch` that sets the headers of the request that is being served on every call, replacing any of the same
 * name. Headers of a `Request` and of the second argument stay as `fetch` itself has them.
 *
 * @param base default: the global `fetch`, looked up at every call.
 */
export function createForwardFetch(
  base: typeof fetch = (...call) => globalThis.fetch(...call),
  options: OutgoingOptions = {},
): typeof fetch {
  watchUndici()
  return (input, init) => {
    const forwarded = headersToSet(() => urlOf(input), options)
    if (forwarded.length === 0) return base(input, init)
    const request = typeof input === 'string' || input instanceof URL ? undefined : input
    const headers = new Headers(init?.headers ?? request?.headers)
    for (const [name, value] of forwarded) headers.set(name, value)
    return base(input, { ...init, headers })
  }
}

function urlOf(input: Parameters<typeof fetch>[0]): string {
  if (typeof input === 'string') return input
  return input instanceof URL ? input.href : input.url
}
