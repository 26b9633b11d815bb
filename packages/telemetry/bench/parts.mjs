// @ts-check
// Our server spans with a part of the pipeline left out, to see what each part costs.
import { NodeSDK } from '@opentelemetry/sdk-node'
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace'
import { MeshPropagator } from '@throughline/propagation/otel'
import { HttpServerInstrumentation } from '@throughline/telemetry'
import { createOtlpSpanProcessor } from '../dist/export/otlp-span-processor.js'

/** Bytes encoded so far; without a reader, the work could be optimised away. */
export let encoded = 0

/** @param {'drop' | 'encode'} until what is still done with a span that has ended */
export function startParts(until) {
  const processor = until === 'drop' ? new NoopSpanProcessor() : createOtlpSpanProcessor(ENCODER)
  new NodeSDK({
    textMapPropagator: new MeshPropagator(),
    spanProcessors: [processor],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [new HttpServerInstrumentation({ skipUnsampled: true })],
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
