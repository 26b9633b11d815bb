import { type Analysis, SAMPLED_KINDS } from '../evidence/analyse.ts'
import type { EntryFacts, ProxyDefaultsFacts } from '../evidence/cluster-facts.ts'
import type { Judgement, Rule } from './finding.ts'
import { proxiesOf } from './support.ts'

/** `typed_config` of the tracer has this type; a listener's entry is of it itself. */
const TYPES: Record<string, string> = {
  envoy_tracing_json: 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
  envoy_listener_tracing_json:
    'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing',
}

export const TLV304: Rule = {
  id: 'TLV304',
  title: 'Consul ignores its tracing entry',
  level: 'error',
  proof:
    'Objects of the mesh and stored spans: an entry of ProxyDefaults is not what Consul reads, and no proxy left a span that it would have made. Of files, the entry alone.',
  explanation: [
    'Consul takes Envoy’s tracing as JSON in a text. A map in place of the text, JSON without “@type”, or a field that Envoy does not have is accepted by the API and reported as synced; the agent logs a warning, and the sidecars are configured as if nothing had been written.',
  ],
  fixes: [
    {
      text: 'envoy_tracing_json: JSON in a text, {"http": {"name": "envoy.tracers.zipkin", "typed_config": {"@type": "…ZipkinConfig", …}}}; envoy_listener_tracing_json: {"@type": "…HttpConnectionManager.Tracing", "random_sampling": {"value": 100}}; then restart the sidecars',
    },
  ],
  supersedes: [
    { id: 'TLV201', hop: 'any' },
    { id: 'TLV301', hop: 'any' },
    { id: 'TLV307', hop: 'any' },
  ],
  judgesFiles: true,
  judge: (analysis) =>
    (analysis.evidence.cluster?.consul?.proxyDefaults ?? []).flatMap((defaults) =>
      defaults.entries.flatMap((entry) => judgeEntry(analysis, defaults, entry)),
    ),
}

function judgeEntry(analysis: Analysis, { name }: ProxyDefaultsFacts, entry: EntryFacts): Judgement[] {
  const fault = faultOf(entry)
  if (fault === undefined) return []
  const kinds = entry.key === 'envoy_listener_tracing_json' ? (['bare'] as const) : SAMPLED_KINDS
  const probes = analysis.of(...kinds).filter(({ probe }) => probe.status !== null)
  const missing = probes.length > 0 && probes.every((path) => proxiesOf(path).length === 0)
  return [
    {
      hop: 'every sidecar of Consul',
      seen: [
        `ProxyDefaults ${name}: ${entry.key} ${fault.seen}`,
        ...(missing ? ['no proxy left a span of the probes that it is about'] : []),
      ],
      cause: 'Consul accepts the entry, reports it as synced, and configures the sidecars without it',
      sources: missing ? ['C', 'S'] : ['C'],
      // Of files, what is written is all that is asked.
      proven: missing || analysis.evidence.cluster?.declared !== undefined,
      decides: 'probes that pass a sidecar: whether it leaves spans',
      object: { kind: 'ProxyDefaults', name, field: `spec.config.${entry.key}` },
      fix: fault.fix,
    },
  ]
}

function faultOf({ key, form, typed, unknown }: EntryFacts): { seen: string; fix: string } | undefined {
  if (!(key in TYPES) && key.includes('tracing')) {
    return { seen: 'is no setting of Consul', fix: `name it ${Object.keys(TYPES).join(' or ')}` }
  }
  if (form === 'not text') {
    return { seen: 'is not a text', fix: `write ${key} as JSON in a text: quote it, or use a block scalar (|)` }
  }
  if (form === 'not JSON') return { seen: 'is not JSON', fix: `correct the JSON of ${key}` }
  if (!typed) return { seen: 'has no “@type”', fix: `add "@type": "${TYPES[key]}"` }
  if (unknown.length === 0) return undefined
  const names = unknown.slice(0, 3).join(', ')
  return { seen: `has a field that Envoy does not have: ${names}`, fix: `remove or correct ${names} in ${key}` }
}
