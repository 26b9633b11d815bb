import http from 'node:http'

export interface HttpAnswer {
  status: number
  body: string
}

export interface HttpGetOptions {
  /** Milliseconds for the whole exchange, default 1000. */
  timeoutMs?: number
  /** A unix socket to connect to instead of the URL's host. */
  socketPath?: string
}

const maxBody = 8 * 1024 * 1024

/**
 * One GET over a connection of its own: a kept-alive one would go on talking to a program that has been replaced.
 *
 * @throws when there is no complete answer in time
 */
export function httpGet(url: string, options: HttpGetOptions = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { timeoutMs = 1000, socketPath } = options
    const signal = AbortSignal.timeout(timeoutMs)
    const request = http.get(url, { agent: false, signal, ...(socketPath && { socketPath }) }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
        if (body.length > maxBody) response.destroy(new Error(`${url} answered more than ${maxBody} bytes`))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

/** Whether a GET is answered with 200 now. */
export async function answersOk(url: string, options: HttpGetOptions = {}): Promise<boolean> {
  try {
    return (await httpGet(url, options)).status === 200
  } catch {
    return false
  }
}
