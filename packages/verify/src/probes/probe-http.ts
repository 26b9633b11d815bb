import http from 'node:http'
import https from 'node:https'
import type { UpstreamAnswer, UpstreamFailure } from '../evidence/upstream-call.ts'

const MAX_BODY = 65_536

/** One `GET` on a connection of its own, without tracing and without an agent. Never rejects. */
export function probeHttp(
  url: string,
  options: { timeoutMs: number; headers?: Record<string, string> },
): Promise<UpstreamAnswer | UpstreamFailure> {
  const { timeoutMs, headers = {} } = options
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve({
        failure: error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message,
        code: error.code,
      })
    const { request } = new URL(url).protocol === 'https:' ? https : http
    request(url, { agent: false, headers, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, MAX_BODY)
      })
      answer.once('error', fail)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, contentType: answer.headers['content-type'] ?? '', body }),
      )
    })
      .once('error', fail)
      .end()
  })
}
