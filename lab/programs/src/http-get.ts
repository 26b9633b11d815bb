import { type HttpAnswer, httpRequest, type HttpRequestOptions } from './http-request.ts'

export type HttpGetOptions = Pick<HttpRequestOptions, 'timeoutMs' | 'socketPath'>

/**
 * One GET over a connection of its own.
 *
 * @throws when there is no complete answer in time
 */
export function httpGet(url: string, options: HttpGetOptions = {}): Promise<HttpAnswer> {
  return httpRequest(url, options)
}

/** Whether a GET is answered with 200 now. */
export async function answersOk(url: string, options: HttpGetOptions = {}): Promise<boolean> {
  try {
    return (await httpGet(url, options)).status === 200
  } catch {
    return false
  }
}
