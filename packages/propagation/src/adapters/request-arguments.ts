import type http from 'node:http'
import type { Header } from '../stale-headers.ts'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'

/** The options of `request(url)`, `request(url, options)` or `request(options)`, each with a callback or without. */
export function requestOptionsOf([first, second]: readonly unknown[]): http.RequestOptions | undefined {
  const candidate = isUrl(first) ? second : first
  return typeof candidate === 'object' && candidate !== null ? candidate : undefined
}

/**
 * The same arguments with these headers set; the caller's objects are not changed.
 *
 * @param drop lower-case names to remove. Default: those of another trace context than the one that is set.
 */
export function withRequestHeaders(
  args: readonly unknown[],
  headers: readonly Header[],
  drop?: readonly string[],
): unknown[] {
  const options = requestOptionsOf(args)
  const merged = { ...options, headers: mergeHeaders(options?.headers as CallHeaders, headers, drop) }
  return withRequestOptions(args, merged)
}

/** The same arguments with other options; a callback stays where Node looks for it. */
function withRequestOptions(args: readonly unknown[], options: object): unknown[] {
  const at = isUrl(args[0]) ? 1 : 0
  return args.toSpliced(at, typeof args[at] === 'function' ? 0 : 1, options)
}

/** Distinguishes a URL from options as Node does: a URL of another realm or a library counts as well. */
export function isUrl(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof URL) return true
  const { href, protocol, auth, path } = (value ?? {}) as Record<string, unknown>
  return Boolean(href && protocol && auth === undefined && path === undefined)
}
