import http from 'node:http'
import https from 'node:https'
import axios, { isAxiosError, isCancel, type AxiosInstance, type AxiosRequestConfig } from 'axios'
import { outcomeOfAnswer, outcomeOfFailure, type CallOutcome } from './call-outcome.ts'
import { parseUpstreamExplanation, type UpstreamExplanation } from './show/explanation.ts'
import { createRecordingTransport } from './show/recording-transport.ts'

export interface CountingClientOptions {
  /** Where the sidecar's upstream listener is; no slash at its end. */
  url: string
  /** Bound on the whole call, connection and body included, in ms. */
  timeoutMs: number
  /** Adds spans and trace headers to the client. */
  instrument?: (client: AxiosInstance) => void
}

/** One call: how it went, and what went with it. */
export interface CountingCall {
  outcome: CallOutcome
  /** The trace headers as they left. */
  sent: Record<string, string>
  /** `traceparent` as tracing wanted it, whether it left or not. */
  traceparent: string | undefined
  /** What counting tells of the request it got; undefined when it tells nothing. */
  told: UpstreamExplanation | undefined
}

export interface CountingClient {
  /**
   * Calls counting once. Never throws: how it went is the result.
   * `propagate: false` keeps the trace headers back, default true.
   */
  call(options?: { propagate?: boolean }): Promise<CountingCall>
  /** Ends idle connections. */
  close(): void
}

/** More than any count or proxy error page needs. */
const MAX_BODY_BYTES = 65_536

/** The only outgoing call of the dashboard, over connections that are kept. */
export function createCountingClient({ url, timeoutMs, instrument }: CountingClientOptions): CountingClient {
  const httpAgent = new http.Agent({ keepAlive: true })
  const httpsAgent = new https.Agent({ keepAlive: true })
  const client = axios.create({
    baseURL: url,
    httpAgent,
    httpsAgent,
    // HTTP_PROXY in the environment would send the call past the sidecar.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
    headers: { accept: 'application/json', 'x-throughline-explain': '1' },
  })
  instrument?.(client)

  return {
    call: async ({ propagate = true } = {}) => {
      const { transport, sent, traceparent } = createRecordingTransport({ propagate })
      const { outcome, told } = await callOnce(client, { timeoutMs, transport })
      return { outcome, told, sent: sent(), traceparent: traceparent() }
    },
    close: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

type Config = Pick<AxiosRequestConfig, 'transport'> & { timeoutMs: number }

async function callOnce(client: AxiosInstance, { timeoutMs, transport }: Config) {
  try {
    // A signal bounds the whole call; axios's own timeout starts anew with every byte that trickles in.
    const answer = await client.get<string>('/', { transport, signal: AbortSignal.timeout(timeoutMs) })
    const body = answer.data ?? ''
    const contentType = String(answer.headers['content-type'] ?? '')
    const outcome = outcomeOfAnswer({ status: answer.status, contentType, body })
    // Only an answer that was understood is asked what it tells.
    const told = outcome.state === 'connected' ? (JSON.parse(body) as { explain?: unknown }).explain : undefined
    return { outcome, told: parseUpstreamExplanation(told) }
  } catch (error) {
    return { outcome: outcomeOfFailure(describe(error), timeoutMs), told: undefined }
  }
}

function describe(error: unknown): { code?: string; message: string } {
  if (isCancel(error)) return { code: 'ERR_CANCELED', message: 'cancelled' }
  if (isAxiosError(error)) return { ...(error.code && { code: error.code }), message: error.message }
  return { message: error instanceof Error ? error.message : String(error) }
}
