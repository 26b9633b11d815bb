import http from 'node:http'
import https from 'node:https'
import axios, { isAxiosError, isCancel, type AxiosInstance, type AxiosRequestConfig } from 'axios'
import { outcomeOfAnswer, outcomeOfFailure, type CallOutcome, type UpstreamAnswer } from './call-outcome.ts'

export interface CountingClientOptions {
  /** Where the sidecar's upstream listener is, with the path to call if it is not `/`; no slash at its end. */
  url: string
  /** Bound on the whole call, connection and body included, in ms. */
  timeoutMs: number
  /**
   * Another service takes the place of counting: its answers are counted here unless they have a count. Default
   * false.
   */
  anyAnswer?: boolean | undefined
  /** Changes the client before its first call, by interceptors for example. */
  instrument?: ((client: AxiosInstance) => void) | undefined
}

/** For one call: additional headers, and a replacement for `http.request`. */
export type CallOptions = Pick<AxiosRequestConfig, 'transport'> & { headers?: Record<string, string> }

export interface CountingCall {
  outcome: CallOutcome
  /** Undefined when no answer arrived. */
  answer: UpstreamAnswer | undefined
}

export interface CountingClient {
  /** Calls counting once. Never throws: how it went is the result. */
  call(options?: CallOptions): Promise<CountingCall>
  /** Ends idle connections. */
  close(): void
}

/** More than any count or proxy error page needs. */
const MAX_BODY_BYTES = 65_536

/** The only outgoing call of the dashboard, over kept-alive connections. */
export function createCountingClient({
  url,
  timeoutMs,
  anyAnswer = false,
  instrument,
}: CountingClientOptions): CountingClient {
  const httpAgent = new http.Agent({ keepAlive: true })
  const httpsAgent = new https.Agent({ keepAlive: true })
  const client = axios.create({
    baseURL: url,
    httpAgent,
    httpsAgent,
    // HTTP_PROXY in the environment would make the call bypass the sidecar.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
    headers: { accept: 'application/json' },
  })
  instrument?.(client)
  let answers = 0

  return {
    call: async (options) => {
      try {
        // A signal bounds the whole call; axios's own timeout starts over with every byte that arrives.
        const signal = AbortSignal.timeout(timeoutMs)
        const { status, headers, data } = await client.get<string | undefined>('', { ...options, signal })
        const answer = { status, contentType: String(headers['content-type'] ?? ''), body: data ?? '' }
        const outcome = outcomeOfAnswer(answer, { anyAnswer })
        if (outcome.state === 'connected') outcome.count ??= ++answers
        return { outcome, answer }
      } catch (error) {
        return { outcome: outcomeOfFailure(describe(error), timeoutMs), answer: undefined }
      }
    },
    close: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

function describe(error: unknown): { code?: string; message: string } {
  if (isCancel(error)) return { code: 'ERR_CANCELED', message: 'cancelled' }
  if (isAxiosError(error)) return { ...(error.code && { code: error.code }), message: error.message }
  return { message: error instanceof Error ? error.message : String(error) }
}
