import type { ServiceName, Tracer } from '@throughline/lab-meshes'

/** A broken trace that a running lab can show: what differs from a whole one, as data. */
export interface Break {
  /** The finding that `throughline verify` names then. */
  id: `TLV${number}`
  /** Names the situation; no full stop. */
  title: string
  /** What is changed, and how the trace looks then. */
  situation: string
  /** How the sidecars trace; default as they do. */
  tracer?: Tracer
  /** Whether the dashboard may call counting; default as it may. */
  access?: 'denied'
  /** More environment for a service, which is restarted with it. */
  env?: Partial<Record<ServiceName, Record<string, string>>>
}

const bothWith = (propagators: string): Required<Break>['env'] => ({
  counting: { OTEL_PROPAGATORS: propagators },
  dashboard: { OTEL_PROPAGATORS: propagators },
})

/** Every broken trace that a lab can show; docs, tests, the demo and the page read this list. */
export const breaks: readonly Break[] = [
  {
    id: 'TLV101',
    title: 'The dashboard propagates nothing',
    situation:
      'The dashboard’s SDK has no propagators. Its sidecar starts a second trace, which counting and its sidecar join.',
    env: { dashboard: { OTEL_PROPAGATORS: 'none' } },
  },
  {
    id: 'TLV102',
    title: 'Counting reads no context',
    situation: 'Counting’s SDK has no propagators. Its span begins a trace of its own behind its sidecar.',
    env: { counting: { OTEL_PROPAGATORS: 'none' } },
  },
  {
    id: 'TLV103',
    title: 'App and sidecar formats differ',
    situation: 'Both apps speak W3C only and the sidecars B3 only. The sidecars report a trace of their own.',
    tracer: 'zipkin',
    env: bothWith('tracecontext'),
  },
  {
    id: 'TLV104',
    title: 'A stale header wins',
    situation:
      'Both apps read B3 last, and the sidecars rewrite W3C only. Counting’s parent is the dashboard, past both sidecars.',
    tracer: 'opentelemetry',
    env: bothWith('tracecontext,b3multi'),
  },
  {
    id: 'TLV205',
    title: 'Counting samples by itself',
    situation: 'Counting keeps half of all traces, whatever its caller decided. The other half ends at its sidecar.',
    env: { counting: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' } },
  },
  {
    id: 'TLV305',
    title: 'The dashboard reports no spans',
    situation:
      'The dashboard’s SDK exports to an address where nothing listens, so the parent of its sidecar is nowhere.',
    env: { dashboard: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' } },
  },
  {
    id: 'TLV501',
    title: 'A rule denies the call',
    situation: 'Counting’s sidecar answers 403 in place of counting, so the trace ends there.',
    access: 'denied',
  },
]
