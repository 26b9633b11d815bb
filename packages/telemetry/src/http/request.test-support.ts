import http, { type Agent } from 'node:http'
import { text } from 'node:stream/consumers'

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  agent?: Agent
}

/** Sends a request that nothing of ours has touched, and returns the body of the answer. */
export function request(url: string, { body, ...options }: RequestOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .request(url, options, (response) => {
        text(response).then(resolve, reject)
      })
      .on('error', reject)
      .end(body)
  })
}
