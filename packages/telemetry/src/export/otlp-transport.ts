import type http from 'node:http'
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { clearTimeout, setTimeout } from 'node:timers'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { parsePartialSuccess } from './partial-success.ts'
import { parseRetryAfter } from './retry-after.ts'

/** The outcome of a request. */
export type Delivery =
  /**
   * Accepted, except for `rejected` spans (OTLP, "Partial Success"). `unsent`: before all of the body was sent, which is
   * still being read.
   */
  | { outcome: 'taken'; rejected: number; message?: string | undefined; unsent?: boolean }
  /** Refused for good. */
  | { outcome: 'refused'; message: string }
  | { outcome: 'too large' }
  /** Refused for now. `reset`: a connection broke before an answer. */
  | { outcome: 'unavailable'; message: string; retryAfterMs?: number | undefined; reset?: boolean }

/** Sends one OTLP request, and never rejects. Aborting the signal ends it at once. */
export type Transport = (body: readonly Buffer[], signal: AbortSignal) => Promise<Delivery>

export interface OtlpTransportOptions {
  url: string
  /** Milliseconds from the start to the end of the answer; `Infinity` for no limit. */
  timeoutMillis: number
  compression: 'gzip' | 'none'
  headers: () => Promise<Record<string, string>>
  createAgent: (protocol: string) => Agent | Promise<Agent>
}

/** Retryable statuses (OTLP specification, "Failures"). */
const RETRYABLE = new Set([429, 502, 503, 504])
const LONGEST_ANSWER = 2 ** 16
const compress = promisify(zlib.gzip)

/** OTLP over HTTP with protobuf, one attempt per call: the processor retries. */
export function createOtlpTransport(options: OtlpTransportOptions): Transport {
  const url = new URL(options.url)
  let loaded: Promise<{ agent: Agent; request: typeof http.request }> | undefined
  const load = async () => {
    const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'))
    return { agent: await options.createAgent(url.protocol), request }
  }

  return async (body, signal) => {
    try {
      const { agent, request } = await (loaded ??= load())
      const zipped = options.compression === 'gzip' ? [await compress(Buffer.concat(body))] : body
      const headers: Record<string, string | number> = await options.headers()
      if (options.compression === 'gzip') headers['content-encoding'] = 'gzip'
      headers['content-length'] = zipped.reduce((sum, { length }) => sum + length, 0)
      return await exchange(request(url, { method: 'POST', agent, headers }), {
        body: zipped,
        timeoutMillis: options.timeoutMillis,
        signal,
      })
    } catch (error) {
      return { outcome: 'unavailable', message: describe(error) }
    }
  }
}

interface ExchangeOptions {
  body: readonly Buffer[]
  timeoutMillis: number
  signal: AbortSignal
}

function exchange(request: ClientRequest, { body, timeoutMillis, signal }: ExchangeOptions): Promise<Delivery> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const finish = (delivery: Delivery): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(delivery)
    }
    const giveUp = (message: string): void => {
      finish({ outcome: 'unavailable', message })
      request.destroy()
    }
    const onAbort = (): void => giveUp('given up')
    signal.addEventListener('abort', onAbort)
    // From its head on, an answer that breaks or never ends is known by its status, and its end is that of the
    // response.
    let answered = false
    const onLate = (): void => {
      if (answered) request.destroy()
      else giveUp(`no answer in ${timeoutMillis} ms`)
    }
    if (timeoutMillis !== Infinity) timer = setTimeout(onLate, timeoutMillis)
    request.on('response', (response) => {
      answered = true
      readAnswer(response, (delivery) => {
        finish(delivery.outcome === 'taken' && !request.writableFinished ? { ...delivery, unsent: true } : delivery)
      })
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (answered) return
      finish({ outcome: 'unavailable', message: describe(error), reset: /^(ECONNRESET|EPIPE)$/.test(error.code ?? '') })
    })
    // In one write, so that a small request is one packet.
    request.cork()
    for (const piece of body) request.write(piece)
    request.end()
    request.uncork()
    if (signal.aborted) onAbort()
  })
}

function readAnswer(response: IncomingMessage, finish: (delivery: Delivery) => void): void {
  const { statusCode = 0 } = response
  const chunks: Buffer[] = []
  let length = 0
  const done = (): void => finish(toDelivery(statusCode, { response, answer: Buffer.concat(chunks) }))
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= LONGEST_ANSWER) chunks.push(chunk)
    else response.destroy()
  })
  // The status decides the outcome, even if the rest of the answer never arrives.
  response.on('end', done)
  response.on('error', done)
  response.on('close', done)
}

function toDelivery(status: number, { response, answer }: { response: IncomingMessage; answer: Buffer }): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'taken', ...parsePartialSuccess(answer) }
  if (status === 413) return { outcome: 'too large' }
  const message = `${status} ${response.statusMessage ?? ''}`.trim()
  if (!RETRYABLE.has(status)) return { outcome: 'refused', message }
  return { outcome: 'unavailable', message, retryAfterMs: parseRetryAfter(response.headers['retry-after']) }
}

function describe(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || String(error)
}
