import type http from 'node:http'
import { type CallHeaders, mergeHeaders } from './merge-headers.ts'

/** The options of `request(url)`, `request(url, options)` or `request(options)`, each with a callback or without. */
export function requestOptionsOf([first, second]: readonly unknown[]): http.RequestOptions | undefined {
  const candidate = isUrl(first) ? second : first
  return typeof candidate === 'object' && candidate !== null ? candidate : undefined
}

/** The same arguments with these headers set; what the caller gave is not changed. */
export function withRequestHeaders(
  args: readonly unknown[],
  headers: readonly (readonly [name: string, value: string])[],
): unknown[] {
  const options = requestOptionsOf(args)
  const merged = { ...options, headers: mergeHeaders(options?.headers as CallHeaders, headers) }
  return args.toSpliced(isUrl(args[0]) ? 1 : 0, options === undefined ? 0 : 1, merged)
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' || value instanceof URL
}
