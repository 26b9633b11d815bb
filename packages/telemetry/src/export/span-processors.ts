import type { MeterProvider } from '@opentelemetry/api'
import { BatchSpanProcessor, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace'
import type { TelemetryConfig } from '../config.ts'
import { withOtelEnvironment } from '../environment.ts'
import { loadExporter } from './exporters.ts'

export interface SpanProcessorOptions {
  env: NodeJS.ProcessEnv
  selfObsMeterProvider: MeterProvider
}

/** One processor for each exporter that was asked for: batches for the network, one by one for the console. */
export function createSpanProcessors(config: TelemetryConfig, options: SpanProcessorOptions): Promise<SpanProcessor[]> {
  const { env, selfObsMeterProvider } = options
  return Promise.all(
    config.exporters.map(async (name) => {
      const createExporter = await loadExporter(name, config.otlpProtocol)
      const exporter = withOtelEnvironment(env, createExporter)
      return name === 'console'
        ? new SimpleSpanProcessor({ exporter, selfObsMeterProvider })
        : new BatchSpanProcessor({ ...config.batch, exporter, selfObsMeterProvider })
    }),
  )
}
