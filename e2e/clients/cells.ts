import { createRequire } from 'node:module'
import { nodeVersions } from '@throughline/lab-programs'
import type { SdkLine } from './project.ts'

/** Where a program runs: a Node, and a line of the SDK that runs on it. */
export interface Place {
  node: string
  line: SdkLine
}

/** SDK 3 starts at Node 22.15. */
export const PLACES: readonly Place[] = nodeVersions.flatMap((node): Place[] => [
  { node, line: '2.x' },
  ...(node.startsWith('20.') ? [] : [{ node, line: '3.x' } as const]),
])

/** The modes, each of which makes another part of telemetry set the headers. */
export const MODES: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  default: {},
  stock: { TRACE_INSTRUMENTATION: 'stock' },
  'SDK off': { OTEL_SDK_DISABLED: 'true' },
  'beside stock': { BESIDE: 'stock' },
}

export const CLIENTS = [
  'fetch',
  'http.get',
  'http.request',
  'https.request',
  'undici',
  'undici fetch',
  'axios',
  'axios over fetch',
  'got',
] as const

const { createCalls } = createRequire(import.meta.url)('./programs/calls.cjs') as {
  createCalls: (modules: object) => Record<string, unknown>
}

/** Every way to call that `programs/calls.cjs` has. */
const CALLS = Object.keys(createCalls({}))

/**
 * Calls that OpenTelemetry's http instrumentation breaks: it treats a list as an object, and loses a callback after
 * `undefined`.
 */
const STOCK_BREAKS = [
  'http.request: flat list',
  'http.request: list of pairs',
  'http.request: Expect in a list',
  'http.request: url, nothing, callback',
  'https.get: flat list',
]

/** The names of all calls supported in a mode. */
export function callsIn(mode: string): string[] {
  const all = [...CLIENTS, ...CALLS]
  return mode.includes('stock') ? all.filter((name) => !STOCK_BREAKS.includes(name)) : all
}

/** The number of requests of a call, where it makes more than one. */
export const REQUESTS: Readonly<Record<string, number>> = {
  'http.request: keep-alive': 2,
  'http.request: queued by an agent': 3,
  'axios: redirects': 3,
  'fetch: redirects': 3,
  'got: redirects': 3,
  'undici.Client': 2,
  'undici.Pool': 3,
  'undici.Agent: redirects': 3,
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
export const CALLER = 'b7ad6b7169203331'

/** What a sidecar sends. */
export const INCOMING = {
  traceparent: `00-${TRACE_ID}-${CALLER}-01`,
  'x-request-id': '3b1f3a3e-8c8a-4a5e-9f0e-0123456789ab',
  baggage: 'tenant=7',
}
