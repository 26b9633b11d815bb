import type { RequestListener } from 'node:http'
import { startServer } from '@throughline/lab-testkit'
import type { ReadUpstream } from './evidence/upstream-call.ts'

/** A real server in place of the upstream application, or of a proxy in front of it. */
export const startUpstream = (handler: RequestListener) => startServer(handler)

export const sendText =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(body)

export const sendJson =
  (status: number, body: unknown): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** Answers like counting. */
export const sendCount = sendJson(200, { count: 5 })

/** Judges counting's answers, as a caller of `verifyBypass` does. */
export const readUpstream: ReadUpstream = (result, timeoutMs) => {
  if (result.failure !== undefined) {
    const late = result.code === undefined || result.code === 'ABORT_ERR'
    const reason = late ? `no answer within ${timeoutMs} ms` : `connection refused or reset (${result.code})`
    return { state: 'unreachable', reason }
  }
  const { status, body, contentType } = result
  if (body === 'RBAC: access denied') return { state: 'denied', reason: `a sidecar denied it: ${body}` }
  if (body.startsWith('no healthy upstream'))
    return { state: 'unreachable', reason: body, proxy: 'no healthy endpoint' }
  if (contentType !== 'application/json') return { state: 'unreachable', reason: `answered ${status}` }
  const { count, peer } = JSON.parse(body) as { count?: number; peer?: { caller: string; self: string | null } }
  return count === undefined ? { state: 'failing', reason: 'as requested' } : { state: 'connected', reason: null, peer }
}
