// @ts-check
// Our server spans with a part of the pipeline left out, to see what each part costs.
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { ExportResultCode } from '@opentelemetry/core'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor, NoopSpanProcessor } from '@opentelemetry/sdk-trace'
import { MeshPropagator } from '@throughline/propagation/otel'
import { HttpServerInstrumentation } from '@throughline/telemetry'
import { encodeSpans } from '../dist/export/span-encoder.js'

/** Bytes encoded so far; without a reader, the work could be optimised away. */
export let encoded = 0

/** @param {'drop' | 'encode'} until what is still done with a span that has ended */
export function startParts(until) {
  const contextManager = new AsyncLocalStorageContextManager()
  const processor = until === 'drop' ? new NoopSpanProcessor() : new BatchSpanProcessor({ ...BATCH, exporter: ENCODER })
  new NodeSDK({
    contextManager,
    textMapPropagator: new MeshPropagator(),
    spanProcessors: [processor],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [new HttpServerInstrumentation({ contextManager, skipUnsampled: true })],
  }).start()
}

/** As `createTelemetry` has it. */
const BATCH = { maxQueueSize: 16_384, maxExportBatchSize: 2048, scheduledDelayMillis: 1000 }

/** @type {import('@opentelemetry/sdk-trace').SpanExporter} */
const ENCODER = {
  export(spans, done) {
    encoded += encodeSpans(spans).length
    done({ code: ExportResultCode.SUCCESS })
  },
  shutdown: async () => {},
}
