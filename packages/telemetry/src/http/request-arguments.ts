import type http from 'node:http'
import { requestOptionsOf } from '@throughline/propagation/http-client'
import type { GetHeader } from './injected.ts'

/** Whether a request made with these arguments can't be given a header once it exists. */
export function hasFinalHeaders(args: readonly unknown[]): boolean {
  const headers = requestOptionsOf(args)?.headers
  if (typeof headers !== 'object' || headers === null) return false
  return Array.isArray(headers) || Object.keys(headers).some((name) => name.length === 6 && /^expect$/i.test(name))
}

/** The method that `http.request` takes from its arguments. */
export function methodOf(args: readonly unknown[]): string {
  return (requestOptionsOf(args)?.method ?? 'GET').toUpperCase()
}

/** Reads a header out of arguments that a request is made with, in any form and any case: the last where there are more. */
export function headerOf(args: readonly unknown[]): GetHeader {
  const pairs = pairsOf(requestOptionsOf(args)?.headers)
  return (name) => pairs.findLast(([given]) => given.toLowerCase() === name)?.[1]
}

type Pair = readonly [name: string, value: ReturnType<GetHeader>]

function pairsOf(headers: http.RequestOptions['headers']): readonly Pair[] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {})
  const list: readonly (string | Pair)[] = headers
  if (Array.isArray(list[0])) return list as readonly Pair[]
  return list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), String(list[at + 1])] as const] : []))
}
