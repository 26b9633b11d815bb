import http from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { RecordedRequest } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { inject } from 'vitest'
import { startCallee } from './callee.ts'
import { CLIENTS, INCOMING, MODES, type Place } from './cells.ts'
import { type FrameworkSpans, readFrameworkSpans, ROUTES } from './framework-spans.ts'
import { startProgram } from './start-program.ts'

export interface FrameworkRunOptions extends Place {
  /** A name of `MODES`. */
  mode: string
  execArgv?: string[] | undefined
}

/** The outcome of a request to each route, and of one request for each client. */
interface FrameworkRecord {
  statuses: number[]
  /** What the callee received, by client. */
  calls: Record<string, RecordedRequest | undefined>
  spans: FrameworkSpans
}

/** The outcome of `programs/frameworks.mjs`, by framework, and its standard error. */
export interface FrameworkRun {
  frameworks: ReadonlyMap<string, FrameworkRecord>
  stderr: string
}

/** Starts the program, sends it every request, and stops it. */
export async function runFrameworks({ node, line, mode, execArgv }: FrameworkRunOptions): Promise<FrameworkRun> {
  await using store = await serveTraceStore()
  await using callee = await startCallee()
  await using app = await startProgram('frameworks.mjs', {
    folder: inject('projects')[line],
    node: inject('nodes')[node] ?? node,
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: store.otlpUrl, ...MODES[mode] },
    execArgv,
  })
  const ports = Object.entries(app.message as Record<string, number>)
  const statuses = new Map<string, number[]>()
  for (const [framework, port] of ports) {
    statuses.set(framework, await Promise.all(Object.keys(ROUTES).map((request) => send(port, request))))
    await Promise.all(CLIENTS.map((client) => send(port, `GET ${callTarget(framework, client, callee)}`)))
  }
  const stderr = await app.stop()
  const frameworks = ports.map(([framework, port]): [string, FrameworkRecord] => {
    const callOf = (client: string): RecordedRequest | undefined => {
      const calls = callee.requests.filter(({ url }) => url === pathOf(framework, client))
      return calls.length === 1 ? calls[0] : undefined
    }
    return [
      framework,
      {
        statuses: statuses.get(framework) ?? [],
        calls: Object.fromEntries(CLIENTS.map((client) => [client, callOf(client)])),
        spans: readFrameworkSpans(store.store, port),
      },
    ]
  })
  return { frameworks: new Map(frameworks), stderr }
}

const pathOf = (framework: string, client: string): string => `/${encodeURIComponent(`${framework}, ${client}`)}`

/** The URL of the route on which the program calls the callee with that client. */
function callTarget(framework: string, client: string, { url, httpsUrl }: { url: string; httpsUrl: string }): string {
  const base = client.startsWith('https') ? httpsUrl : url
  const query = new URLSearchParams({ client, callee: base + pathOf(framework, client) })
  return `/users/${encodeURIComponent(client)}?${query.toString()}`
}

async function send(port: number, line: string): Promise<number> {
  const [method = '', path = ''] = line.split(' ')
  const request = http.request({ host: '127.0.0.1', port, path, method, headers: INCOMING, agent: false })
  const [answer] = (await once(request.end(), 'response')) as [http.IncomingMessage]
  await text(answer)
  return answer.statusCode ?? 0
}
