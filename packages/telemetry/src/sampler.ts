import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import { isSamplingDeferred } from '@throughline/propagation/otel'
import type { SamplerName } from './sampler-names.ts'

/**
 * The standard samplers of `OTEL_TRACES_SAMPLER`, with one difference: a B3 parent that left the decision open
 * (openzipkin/b3-propagation, "Defer") gets the root sampler's decision. The SDK's own sampler would take it for a yes.
 */
export function createSampler(name: SamplerName, ratio: number): Sampler {
  const base = ownSampler(name, ratio)
  if (!name.startsWith('parentbased_')) return base
  const parentBased = new ParentBasedSampler({ root: base })
  return {
    shouldSample(...decision: Parameters<Sampler['shouldSample']>) {
      return (isSamplingDeferred(decision[0]) ? base : parentBased).shouldSample(...decision)
    },
    toString: () => parentBased.toString(),
  }
}

function ownSampler(name: SamplerName, ratio: number): Sampler {
  if (name.endsWith('traceidratio')) return new TraceIdRatioBasedSampler(ratio)
  return name.endsWith('always_on') ? new AlwaysOnSampler() : new AlwaysOffSampler()
}
