import http from 'node:http'
import https from 'node:https'
import type { UpstreamAnswer, UpstreamFailure } from '../evidence/upstream-call.ts'

const MAX_BODY = 65_536

export interface HttpProbeOptions {
  timeoutMs: number
  /**
   * Milliseconds for the body from the head on; what has come by then is the answer, as of one that never ends. Default:
   * until `timeoutMs`, and then there is no answer.
   */
  bodyMs?: number | undefined
  /** Default GET. */
  method?: string | undefined
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

/**
 * One request on a new connection, without tracing and without an agent. Never rejects: code `ABORT_ERR` means no
 * answer in time.
 */
export function probeHttp(url: string, options: HttpProbeOptions): Promise<UpstreamAnswer | UpstreamFailure> {
  const { timeoutMs, bodyMs, method = 'GET', headers = {}, signal } = options
  const limit = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve({
        failure: error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message,
        code: error.code,
      })
    const { request } = new URL(url).protocol === 'https:' ? https : http
    const either = signal ? AbortSignal.any([signal, limit]) : limit
    request(url, { method, agent: false, headers, signal: either }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, MAX_BODY)
      })
      const finish = (): void =>
        resolve({ status: answer.statusCode ?? 0, contentType: answer.headers['content-type'] ?? '', body })
      const cut = (): void => {
        finish()
        answer.destroy()
      }
      const timer = bodyMs === undefined ? undefined : setTimeout(cut, bodyMs)
      answer.once('error', fail)
      answer.once('end', finish)
      answer.once('close', () => clearTimeout(timer))
    })
      .once('error', fail)
      .end()
  })
}
