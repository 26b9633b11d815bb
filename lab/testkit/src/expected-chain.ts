/** Where the request entered. */
export type ChainEntry = 'app' | 'inbound-sidecar' | 'upstream-listener'

/** The role of a span in the chain. */
export type ChainRole =
  | 'dashboardInboundSidecar'
  | 'dashboardServer'
  | 'dashboardClient'
  | 'dashboardSidecar'
  | 'countingSidecar'
  | 'countingServer'

/** What a span must be to fill a role. An application is known by its service, a sidecar by `component=proxy` alone. */
export interface ExpectedSpan {
  role: ChainRole
  kind: 'server' | 'client'
  /** The application's service name; undefined for a sidecar. */
  service?: 'dashboard' | 'counting'
}

export interface ChainExpectation {
  /** Where the request entered: at the dashboard app, at a sidecar in front of it, or at the upstream listener. */
  entry: ChainEntry
  /** The sidecars' tracer; with `none` they make no spans. */
  tracer: string
  /** The mesh denied the call, so counting made no span. Default false. */
  denied?: boolean
  /** The caller's span, which is the parent of the first one. Default none: the first span is a root. */
  callerSpanId?: string
}

const spans: readonly ExpectedSpan[] = [
  { role: 'dashboardInboundSidecar', kind: 'server' },
  { role: 'dashboardServer', kind: 'server', service: 'dashboard' },
  { role: 'dashboardClient', kind: 'client', service: 'dashboard' },
  { role: 'dashboardSidecar', kind: 'client' },
  { role: 'countingSidecar', kind: 'server' },
  { role: 'countingServer', kind: 'server', service: 'counting' },
]

const firstRoles: Record<ChainEntry, ChainRole> = {
  'inbound-sidecar': 'dashboardInboundSidecar',
  app: 'dashboardServer',
  'upstream-listener': 'dashboardSidecar',
}

/** The spans of one whole request, root first, each the parent of the next. Only this function decides how many. */
export function expectedChain({ entry, tracer, denied = false }: ChainExpectation): ExpectedSpan[] {
  const first = spans.findIndex((span) => span.role === firstRoles[entry])
  return spans
    .slice(first)
    .filter((span) => tracer !== 'none' || span.service !== undefined)
    .filter((span) => !denied || span.role !== 'countingServer')
}

/** A role in short: `dashboard SERVER`, `sidecar CLIENT`. */
export const describeExpected = (span: ExpectedSpan): string =>
  `${span.service ?? 'sidecar'} ${span.kind.toUpperCase()}`
