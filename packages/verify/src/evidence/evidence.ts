import type { ClusterFacts } from './cluster-facts.ts'
import type { EnvoyFacts } from './envoy-facts.ts'
import type { Probe } from './probe.ts'
import type { Span } from './span.ts'

/** Version of the shape that `--save` writes and `--from` reads. */
export const EVIDENCE_SCHEMA = 2

/** All observations and no conclusions: rules are functions of this alone. */
export interface Evidence {
  schema: typeof EVIDENCE_SCHEMA
  /** Origin and path that the probes were sent to, without a query. */
  url: string
  /** Address of `--bypass`; null when it was not given. */
  bypass: string | null
  /** The caller's own headers hold an `x-request-id` that is no UUID. */
  callerSendsNoUuid: boolean
  probes: Probe[]
  /** Spans of the probes, and of other requests at the same time. */
  spans: Span[]
  backend: BackendFacts
  envoys: EnvoyFacts[]
  /** Objects of the cluster; null without `--context`. */
  cluster: ClusterFacts | null
  /** What could not be examined, as sentences. */
  unseen: string[]
}

interface BackendFacts {
  /** `jaeger`, `zipkin`, `tempo`, `otlp-file`, `listen`. */
  kind: string
  /** Traces can be searched by time, not only read by id. */
  searchable: boolean
  /** Why it could not be read; null when it could. */
  failure: string | null
}
