// @ts-check
// What `createTelemetry` makes, with a part of the pipeline left out, to see what each part costs.
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace'
import { MeshPropagator } from '@throughline/propagation/otel'
import { loadTelemetryConfig } from '../dist/config.js'
import { createOtlpSpanProcessor } from '../dist/export/otlp-span-processor.js'
import { loadInstrumentations } from '../dist/instrumentations.js'
import { createSampler } from '../dist/sampler.js'
import { createTraceSdk } from '../dist/trace-sdk.js'

/** Bytes encoded so far; without a reader, the work could be optimised away. */
export let encoded = 0

/** @param {'drop' | 'encode'} until what is still done with a span that has ended */
export async function startParts(until) {
  const config = loadTelemetryConfig(process.env)
  createTraceSdk({
    env: process.env,
    serviceName: 'bench',
    propagator: new MeshPropagator(config.propagation),
    spanProcessors: [until === 'drop' ? new NoopSpanProcessor() : createOtlpSpanProcessor(ENCODER)],
    sampler: createSampler(config.sampler, config.samplerRatio),
    instrumentations: await loadInstrumentations(config, {}),
  }).start()
}

/**
 * As `createTelemetry` has it, with a collector that takes everything at once.
 * @type {import('../dist/export/otlp-span-processor.js').OtlpSpanProcessorOptions}
 */
const ENCODER = {
  async transport(body) {
    for (const { length } of body) encoded += length
    return { outcome: 'taken', rejected: 0 }
  },
  collector: 'none',
  maxBytes: 2 ** 25,
  batchSpans: 2048,
  delayMillis: 1000,
  shutdownMillis: 1000,
}
