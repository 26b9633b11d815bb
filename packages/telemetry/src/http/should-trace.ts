import type { IncomingMessage } from 'node:http'
import { diag } from '@opentelemetry/api'
import { parseTarget } from './request-target.ts'

/** Decides whether an incoming request is traced; `path` has no query. Default: every request is. */
export type ShouldTrace = (request: { method: string; path: string }) => boolean

/** Calls `shouldTrace`. When it throws, the request is traced: its error would otherwise end the process. */
export function isTraced(request: IncomingMessage, shouldTrace: ShouldTrace | undefined): boolean {
  if (shouldTrace === undefined) return true
  try {
    return shouldTrace({ method: request.method ?? 'GET', path: parseTarget(request.url).path })
  } catch (error) {
    diag.error('shouldTrace failed', error)
    return true
  }
}
