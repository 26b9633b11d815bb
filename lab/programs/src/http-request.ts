import http from 'node:http'

export interface HttpAnswer {
  status: number
  body: string
}

export interface HttpRequestOptions {
  /** Default GET. */
  method?: string | undefined
  /** Sent as JSON. */
  body?: unknown
  /** Milliseconds for the whole exchange, default 1000. */
  timeoutMs?: number | undefined
  /** A unix socket to connect to instead of the URL's host. */
  socketPath?: string | undefined
}

const MAX_BODY = 8 * 1024 * 1024

/**
 * One request over a new connection: a kept-alive one could still lead to a program that has been replaced.
 *
 * @throws without a complete answer in time
 */
export function httpRequest(url: string, options: HttpRequestOptions = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', body, timeoutMs = 1000, socketPath } = options
    const signal = AbortSignal.timeout(timeoutMs)
    const request = http.request(url, { method, agent: false, signal, socketPath }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        answer += chunk
        if (answer.length > MAX_BODY) response.destroy(new Error(`${url} answered more than ${MAX_BODY} bytes`))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: answer }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Whether a GET is answered with 200. */
export async function answersOk(
  url: string,
  options: Omit<HttpRequestOptions, 'method' | 'body'> = {},
): Promise<boolean> {
  try {
    return (await httpRequest(url, options)).status === 200
  } catch {
    return false
  }
}
