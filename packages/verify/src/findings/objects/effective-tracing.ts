import type { IstioFacts, ObjectName, TelemetryFacts } from '../../evidence/cluster-facts.ts'
import type { ObjectLine } from '../finding.ts'

/** What Istio's objects say about the tracing of one pod, and where. */
export interface EffectiveTracing {
  providers: string[]
  providersAt: ObjectLine | null
  /** Percentage; null: not set, which is 1. */
  sampling: number | null
  samplingAt: ObjectLine | null
  disabledAt: ObjectLine | null
}

const WIDTH: Record<TelemetryFacts['scope'], number> = { mesh: 0, namespace: 1, workload: 2 }

/**
 * The narrower Telemetry overrides the wider one, field by field. Source: Istio, Telemetry API, "Scope, Inheritance, and
 * Overrides".
 */
export function effectiveTracing({ telemetries, meshConfig }: IstioFacts, pod: ObjectName): EffectiveTracing {
  const meshAt = (field: string): ObjectLine | null =>
    meshConfig === null ? null : { kind: 'ConfigMap', name: meshConfig.name, field: `data.mesh ${field}` }
  const tracing: EffectiveTracing = {
    providers: meshConfig?.defaultProviders ?? [],
    providersAt: meshAt('defaultProviders.tracing'),
    sampling: meshConfig?.sampling ?? null,
    samplingAt: meshConfig?.sampling === null ? null : meshAt('defaultConfig.tracing.sampling'),
    disabledAt: null,
  }
  const applying = telemetries
    .filter(({ pods }) => pods.includes(pod))
    .toSorted((a, b) => WIDTH[a.scope] - WIDTH[b.scope])
  for (const { name, tracing: entries } of applying) {
    for (const [index, { providers, sampling, disabled }] of entries.entries()) {
      const at = (field: string): ObjectLine => ({ kind: 'Telemetry', name, field: `spec.tracing[${index}].${field}` })
      if (providers.length > 0) Object.assign(tracing, { providers, providersAt: at('providers[0].name') })
      if (sampling !== null) Object.assign(tracing, { sampling, samplingAt: at('randomSamplingPercentage') })
      if (disabled) tracing.disabledAt = at('disableSpanReporting')
    }
  }
  return tracing
}
