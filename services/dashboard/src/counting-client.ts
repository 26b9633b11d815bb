import http from 'node:http'
import https from 'node:https'
import axios, { isAxiosError, isCancel, type AxiosInstance } from 'axios'
import { outcomeOfAnswer, outcomeOfFailure, type CallOutcome } from './call-outcome.ts'

export interface CountingClientOptions {
  /** Where the sidecar's upstream listener is; no slash at its end. */
  url: string
  /** Bound on the whole call, connection and body included, in ms. */
  timeoutMs: number
  /** Adds spans and trace headers to the client. */
  instrument?: (client: AxiosInstance) => void
}

export interface CountingClient {
  /** Calls counting once. Never throws: how it went is the result. */
  call(): Promise<CallOutcome>
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
    // HTTP_PROXY in the environment would take the call around the sidecar.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
    headers: { accept: 'application/json' },
  })
  instrument?.(client)

  return {
    call: async () => {
      try {
        // A signal bounds the whole call; axios's own timeout starts anew with every byte that trickles in.
        const answer = await client.get<string>('/', { signal: AbortSignal.timeout(timeoutMs) })
        return outcomeOfAnswer({
          status: answer.status,
          contentType: String(answer.headers['content-type'] ?? ''),
          body: answer.data ?? '',
        })
      } catch (error) {
        return outcomeOfFailure(describe(error), timeoutMs)
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
