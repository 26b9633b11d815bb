import http, { type Agent } from 'node:http'
import { text } from 'node:stream/consumers'
import { context } from '@opentelemetry/api'
import { suppressTracing } from '../suppress-tracing.ts'

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  agent?: Agent
}

/** Sends a request that telemetry in this process leaves alone, and returns the body of the answer. */
export function request(url: string, { body, ...options }: RequestOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const send = (): http.ClientRequest =>
      http.request(url, options, (response) => {
        text(response).then(resolve, reject)
      })
    context.with(suppressTracing(context.active()), send).on('error', reject).end(body)
  })
}
