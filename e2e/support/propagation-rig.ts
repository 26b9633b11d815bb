import { randomBytes } from 'node:crypto'
import { createLab } from '@throughline/lab-stack'
import { type Lab, type Tracer } from '@throughline/lab-meshes'
import type { RecordedRequest } from '@throughline/lab-testkit'
import { serveTraceStore, type TraceStore } from '@throughline/trace-store'
import { startCountingTap } from './counting-tap.ts'
import { type Keep, startAll } from './start-all.ts'

/** One request of the matrix: what the caller sent, and what counting received. */
export interface Sent {
  /** When, in microseconds since the epoch. */
  at: number
  /** The caller's own context. */
  traceId: string
  spanId: string
  /** The trace id that the dashboard reports; undefined at the listener. */
  reportedTraceId: string | undefined
  received: RecordedRequest
}

/** A dashboard and a counting with the same environment. */
export interface PairOptions {
  env: Record<string, string>
  /** Their service names are `dashboard <name>` and `counting <name>`, to tell them apart in traces. */
  named?: boolean
}

/** Two sidecars of one version and many services behind them: only one dashboard and one counting at a time. */
export interface Rig extends AsyncDisposable {
  store: TraceStore
  /** Switches all sidecars. */
  tracing: (tracer: Tracer) => Promise<void>
  /** Sends one request through the services of that name. `headers` are made from a new context of the caller. */
  send: (
    pair: string,
    entry: 'app' | 'listener' | 'listener at 10 %',
    headers?: (traceId: string, spanId: string) => Record<string, string>,
  ) => Promise<Sent>
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

/**
 * Starts the sidecars of one Envoy once, and a pair of services for each environment. The sidecars of a second
 * lab sample 10 % of undecided requests.
 */
export function startRig(envoyVersion: string, pairs: Record<string, PairOptions>): Promise<Rig> {
  return startAll((keep) => startParts(envoyVersion, pairs, keep))
}

async function startParts(
  envoyVersion: string,
  pairs: Record<string, PairOptions>,
  keep: Keep,
): Promise<Omit<Rig, typeof Symbol.asyncDispose>> {
  const traceBackend = keep(await serveTraceStore())
  const tap = keep(await startCountingTap())
  const sidecars = { envoyVersion, traceBackend, countingApp: tap.address, services: 'expected' } as const
  const all = keep(await createLab(sidecars))
  const tenth = keep(await createLab({ ...sidecars, sampling: 10 }))
  const urls = { listener: all.upstreamUrl, 'listener at 10 %': tenth.upstreamUrl }

  const services = new Map<string, Lab>()
  for (const [name, { env, named = false }] of Object.entries(pairs)) {
    const envOf = (service: string) => ({ ...env, ...(named && { OTEL_SERVICE_NAME: `${service} ${name}` }) })
    const dashboardEnv = { ...envOf('dashboard'), COUNTING_SERVICE_URL: all.upstreamUrl }
    const countingEnv = envOf('counting')
    services.set(name, keep(await createLab({ mesh: 'none', traceBackend, dashboardEnv, countingEnv })))
  }

  return {
    store: traceBackend.store,
    async tracing(tracer) {
      await Promise.all([all.mesh?.tracing(tracer), tenth.mesh?.tracing(tracer)])
    },
    async send(pair, entry, headers = () => ({})) {
      const lab = services.get(pair)
      tap.target = lab?.countingUrl
      const [traceId, spanId] = [hex(16), hex(8)]
      const before = tap.requests.length
      const at = Date.now() * 1000
      const url = entry === 'app' ? `${lab?.dashboardUrl}/api/count` : urls[entry]
      const response = await fetch(url, { headers: headers(traceId, spanId) })
      const body = (await response.json()) as { traceId?: string }
      const received = tap.requests[before]
      if (!response.ok || received === undefined) throw new Error(`${url} answered ${response.status}`)
      return { at, traceId, spanId, reportedTraceId: body.traceId, received }
    },
  }
}
