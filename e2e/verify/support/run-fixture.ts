import http from 'node:http'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import { startServer } from '@throughline/lab-testkit'
import { serveTraceStore } from '@throughline/trace-store'
import { collectEvidence, type Evidence, openBackend } from 'throughline'
import type { Collectors } from './envoy-config.ts'
import { otlpExporter } from './fixture-app.ts'
import type { Fixture } from './fixture.ts'
import { startLoad } from './start-load.ts'
import { startPath } from './start-path.ts'

export type Situation = Omit<Fixture, 'title' | 'finding'>

/** The evidence on a path alone, and while another client sent 50 requests a second. */
export interface Seen {
  quiet: Evidence
  loaded: Evidence | undefined
}

/** Where the spans of a path go, and where verify reads them. */
interface Stored {
  collectors: Collectors
  exporter: () => SpanExporter
  target: string
}

/** The evidence on the path of a situation, from another backend than our own. */
export async function collectFrom(stored: Stored, path: Situation['path']): Promise<Evidence> {
  await using started = await startPath({ ...stored, ...path })
  // Awaited here, as the path ends with this function.
  return await collectEvidence({
    url: started.url,
    backend: await openBackend({ target: stored.target, headers: {} }),
    intervalMs: 30,
    settleMs: 2500,
  })
}

/** Starts the path of a situation and collects evidence on it: alone, and under load where stored spans decide. */
export async function runFixture(situation: Situation): Promise<Seen> {
  await using store = await serveTraceStore({ allowedHosts: ['collector', 'collector-zipkin'] })
  await using path = await startPath({
    collectors: { otlp: new URL(store.otlpUrl).host, zipkin: new URL(store.zipkinUrl).host },
    exporter: otlpExporter(store.otlpUrl),
    ...situation.path,
  })
  await using edge = situation.edge ? await startEdge(path.url) : undefined
  const collect = async (): Promise<Evidence> =>
    collectEvidence({
      url: edge?.url ?? path.url,
      inside: edge && path.url,
      bypass: situation.bypass ? path.bypassUrl : undefined,
      envoys: situation.envoys ? path.adminUrls : [],
      headers: situation.headers,
      backend: await openBackend({ target: store.queryUrl, headers: {} }),
      intervalMs: 30,
      // Everything here flushes within 200 ms.
      settleMs: 1200,
    })
  await using _foreign = situation.foreignParents ? await startLoad(path.url, { foreignParents: true }) : undefined
  const quiet = await collect()
  if (!situation.storedSpans) return { quiet, loaded: undefined }
  await using _load = await startLoad(path.url)
  return { quiet, loaded: await collect() }
}

/** An edge in front of a mesh that decides that nothing is traced. */
async function startEdge(target: string) {
  const server = await startServer((request, response) => {
    const { traceparent, ...headers } = request.headers
    const forwarded: http.OutgoingHttpHeaders = { ...headers, 'x-b3-sampled': '0' }
    if (typeof traceparent === 'string') forwarded['traceparent'] = traceparent.replace(/..$/, '00')
    else forwarded['traceparent'] = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00`
    http.get(target, { headers: forwarded }, (answer) => {
      response.writeHead(answer.statusCode ?? 502)
      answer.pipe(response)
    })
  })
  return { ...server, url: `${server.url}/cart` }
}
