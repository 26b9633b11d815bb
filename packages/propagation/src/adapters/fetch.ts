import { AsyncLocalStorage } from 'node:async_hooks'
import diagnosticsChannel from 'node:diagnostics_channel'
import { type Header, staleBeside } from '../stale-headers.ts'
import { headersToSet, type OutgoingOptions } from './headers-to-set.ts'
import { mayForward, type ShouldForward } from './may-forward.ts'
import { runWithRule } from './call-rules.ts'
import { areOutgoingHeadersClaimed } from '../outgoing-owner.ts'
import { type UndiciRequest, watchUndici, withholdUndiciHeaders } from './undici-request.ts'

/** A call of `fetch`, for the redirects that it follows. */
interface Call {
  readonly origin: string
  /** What was set on the call; undefined where its own origin may have nothing. */
  readonly set: readonly Header[] | undefined
  /** The names of headers that the program has set itself. */
  readonly ownNames: ReadonlySet<string>
  readonly shouldForward: ShouldForward
}

const calls = new AsyncLocalStorage<Call>()

/**
 * Makes a `fetch` that sets the headers of the request that is being served on every call, replacing any of the same
 * name. Headers of a `Request` and of the second argument combine as in `fetch` itself. `shouldForward` decides
 * again about a redirect to another origin.
 *
 * @param base default: the global `fetch`, looked up at every call.
 */
export function createForwardFetch(
  base: typeof fetch = (...call) => globalThis.fetch(...call),
  options: OutgoingOptions = {},
): typeof fetch {
  watchUndici()
  const { shouldForward } = options
  if (shouldForward !== undefined) watchRedirects()
  return (input, init) => {
    if (areOutgoingHeadersClaimed()) return runWithRule(shouldForward, () => base(input, init))
    const forwarded = headersToSet(() => urlOf(input), options)
    if (forwarded?.length === 0) return base(input, init)
    const headers = headersOf(input, init)
    // `fetch` itself rejects headers that are invalid.
    if (headers === undefined) return base(input, init)
    const send = (): ReturnType<typeof fetch> => {
      if (forwarded === undefined) return base(input, init)
      for (const name of staleBeside(forwarded)) headers.delete(name)
      for (const [name, value] of forwarded) headers.set(name, value)
      return base(input, { ...init, headers })
    }
    if (shouldForward === undefined) return send()
    const ownNames = new Set(headers.keys())
    return calls.run({ origin: originOf(input), set: forwarded, ownNames, shouldForward }, send)
  }
}

type Input = Parameters<typeof fetch>[0]

function headersOf(input: Input, init: RequestInit | undefined): Headers | undefined {
  try {
    return new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined))
  } catch {
    return undefined
  }
}

function urlOf(input: Input): string {
  return isRequest(input) ? input.url : new URL(input).href
}

/** Empty where `fetch` rejects the URL, or where only `base` knows what it means. */
function originOf(input: Input): string {
  try {
    return new URL(urlOf(input)).origin
  } catch {
    return ''
  }
}

function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'url' in input
}

/** Undici makes a request of its own for each redirect, in the context of the call. Once is enough for a process. */
function watchRedirects(): void {
  diagnosticsChannel.unsubscribe('undici:request:create', onCreate)
  diagnosticsChannel.subscribe('undici:request:create', onCreate)
}

function onCreate(message: unknown): void {
  const call = calls.getStore()
  if (call === undefined) return
  const { request } = message as { request: UndiciRequest & { origin?: string | URL; path?: string } }
  const { origin } = new URL(String(request.origin))
  const { shouldForward, ownNames, set } = call
  const may =
    origin === call.origin ? set !== undefined : mayForward(shouldForward, () => origin + (request.path ?? ''))
  if (!may) withholdUndiciHeaders(request, ownNames, set)
}
