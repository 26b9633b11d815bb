import type http from 'node:http'

import { type StartedServer, startServer } from './start-server.ts'

/** A request as received. */
export interface RecordedRequest {
  method: string
  /** The request target: path and query. */
  url: string
  /** Every header line in order, with its name as sent. A repeated name gives several lines. */
  headers: [name: string, value: string][]
  /** The values of all lines with this name, matched in any case; empty without one. */
  header: (name: string) => string[]
}

export interface HeaderRecorder extends StartedServer {
  /** The requests so far, oldest first. */
  requests: readonly RecordedRequest[]
}

export interface HeaderRecorderOptions {
  /** Answers each request. Default: 200 with an empty JSON object. */
  reply?: http.RequestListener
}

const replyEmpty: http.RequestListener = (request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}

function record(request: http.IncomingMessage): RecordedRequest {
  const { rawHeaders } = request
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  )
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers,
    header: (name) => headers.filter(([line]) => line.toLowerCase() === name.toLowerCase()).map(([, value]) => value),
  }
}

/** Starts a server that records the header lines of each request before Node joins repeated ones. */
export async function createHeaderRecorder(options: HeaderRecorderOptions = {}): Promise<HeaderRecorder> {
  const { reply = replyEmpty } = options
  const requests: RecordedRequest[] = []
  const started = await startServer((request, response) => {
    requests.push(record(request))
    reply(request, response)
  })
  return { ...started, requests }
}
