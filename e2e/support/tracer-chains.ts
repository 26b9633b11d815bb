import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { findEnvoy, startReaper } from '@throughline/lab-programs'
import { createHeaderRecorder, kindOf, pollUntil, type RecordedRequest, serviceOf } from '@throughline/lab-testkit'
import { serveTraceStore, type TraceStore } from '@throughline/trace-store'
import { chainConfig, type ChainTracer, chainTracers } from './tracer-chain-config.ts'

/** One request through two sidecars: what the callee received. */
export interface Received {
  request: RecordedRequest
  requestId: string
}

/** The ids of one span. */
export interface SpanIds {
  traceId: string
  spanId: string
}

/** One Envoy with an outbound and an inbound listener for each tracer: for any chain of two. */
export interface TracerChains extends AsyncDisposable {
  /**
   * Calls through an outbound sidecar with `tracer` and an inbound one with `inbound`, default the same. The request id
   * is always new: it identifies the spans.
   */
  send: (headers: Readonly<Record<string, string>>, tracer: ChainTracer, inbound?: ChainTracer) => Promise<Received>
  /** The span of the inbound sidecar by request id, once all these requests have one. */
  inboundSpans: (requestIds: readonly string[]) => Promise<ReadonlyMap<string, SpanIds>>
}

/** Starts one Envoy of that version; its listeners, and the callee, are sockets in a folder of their own. */
export async function startTracerChains(version: string): Promise<TracerChains> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'tl-'))
  const reaper = await startReaper({ folder })
  const collector = await serveTraceStore()
  const callee = await createHeaderRecorder()
  const started = [() => callee.close(), () => collector.close(), () => reaper.close()]
  const stop = async (): Promise<void> => {
    for (const close of started) await close()
  }
  try {
    const config = path.join(folder, 'envoy.json')
    await fs.writeFile(config, JSON.stringify(chainConfig({ folder, collector, calleePort: callee.port })))
    await startEnvoy(version, config, folder, reaper)
  } catch (error) {
    await stop()
    throw error
  }
  const agent = new http.Agent({ keepAlive: true })
  return {
    async send(headers, tracer, inbound = tracer) {
      const before = callee.requests.length
      const { 'x-request-id': _id, ...sent } = headers
      await call(path.join(folder, `out-${tracer}`), agent, { ...sent, inbound })
      const request = callee.requests[before]
      if (request === undefined) throw new Error(`the request through ${tracer} did not arrive`)
      const [requestId = ''] = request.header('x-request-id')
      return { request, requestId }
    },
    inboundSpans: (requestIds) =>
      pollUntil(() => allInbound(collector.store, requestIds), {
        what: 'a span of every inbound sidecar',
        deadline: 20_000,
      }),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await stop()
    },
  }
}

async function startEnvoy(
  version: string,
  config: string,
  folder: string,
  reaper: { add: (pid: number) => void },
): Promise<void> {
  const envoy = await findEnvoy({ version })
  const args = ['-c', config, '--disable-hot-restart', '--concurrency', '1', '-l', 'error']
  const child = spawn(envoy.path, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  await once(child, 'spawn')
  reaper.add(child.pid ?? 0)
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const sockets = chainTracers.flatMap((tracer) => [`out-${tracer}`, `in-${tracer}`])
  await pollUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`Envoy ${version} ended with ${child.exitCode}: ${errors}`)
      for (const socket of sockets) await connect(path.join(folder, socket))
      return true
    },
    { what: `the listeners of Envoy ${version}`, deadline: 30_000 },
  )
}

/** Rejects while nothing listens. */
async function connect(socketPath: string): Promise<void> {
  const socket = net.connect(socketPath)
  await once(socket, 'connect')
  socket.destroy()
}

async function call(socketPath: string, agent: http.Agent, headers: Record<string, string>): Promise<void> {
  const request = http.get({ socketPath, path: '/', headers, agent })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  await once(response, 'end')
  if (response.statusCode !== 200) throw new Error(`${socketPath} answered ${response.statusCode}`)
}

function allInbound(store: TraceStore, requestIds: readonly string[]): ReadonlyMap<string, SpanIds> {
  const wanted = new Set(requestIds)
  const found = new Map<string, SpanIds>()
  for (const trace of store.traces({ limit: 100_000 })) {
    for (const span of trace.spans) {
      if (kindOf(span) !== 'server' && serviceOf(trace, span) !== 'inbound') continue
      for (const { value } of span.tags) {
        if (typeof value === 'string' && wanted.has(value))
          found.set(value, { traceId: trace.traceID, spanId: span.spanID })
      }
    }
  }
  if (found.size === wanted.size) return found
  throw new Error(`${wanted.size - found.size} of ${wanted.size} are missing`)
}
