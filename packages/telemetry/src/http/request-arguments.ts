import { requestOptionsOf } from '@throughline/propagation/http-client'

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
