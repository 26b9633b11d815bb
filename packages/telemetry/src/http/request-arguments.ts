import type { RequestOptions } from 'node:http'
import { mergeHeaders } from '@throughline/propagation/http-client'

type CallHeaders = Parameters<typeof mergeHeaders>[0]

/** Whether a request made with these arguments can't be given a header once it exists. */
export function hasFinalHeaders(args: readonly unknown[]): boolean {
  const headers = optionsOf(args)?.headers
  if (typeof headers !== 'object' || headers === null) return false
  return Array.isArray(headers) || Object.keys(headers).some((name) => name.length === 6 && /^expect$/i.test(name))
}

/** The method that `http.request` takes from its arguments. */
export function methodOf(args: readonly unknown[]): string {
  return (optionsOf(args)?.method ?? 'GET').toUpperCase()
}

/** The same arguments with these headers set; what the caller gave is not changed. */
export function withHeaders(args: readonly unknown[], headers: readonly (readonly [string, string])[]): unknown[] {
  const options = optionsOf(args)
  return args.map((arg) =>
    arg === options ? { ...options, headers: mergeHeaders(options?.headers as CallHeaders, headers) } : arg,
  )
}

/** `request(url)`, `request(url, options)` or `request(options)`, each with a callback or without. */
function optionsOf(args: readonly unknown[]): RequestOptions | undefined {
  const [first, second] = args
  const candidate = typeof first === 'string' || first instanceof URL ? second : first
  return typeof candidate === 'object' && candidate !== null ? candidate : undefined
}
