import { VERSION } from '../version.ts'
import { readOtlpSettings } from './otlp-settings.ts'
import { createOtlpTransport } from './otlp-transport.ts'
import { createOtlpSpanProcessor, type OtlpSpanProcessorOptions } from './otlp-span-processor.ts'
import type { CountedSpanProcessor } from './export-stats.ts'

/** OpenTelemetry, OTLP exporter, "User Agent". */
const USER_AGENT = `OTel-OTLP-Exporter-JavaScript/${VERSION} Throughline`

export interface OtlpProtobufOptions extends Omit<OtlpSpanProcessorOptions, 'transport' | 'collector'> {
  /** How long one attempt may take, in milliseconds; `Infinity` for no limit. */
  timeoutMillis: number
}

/** OTLP over HTTP with protobuf; where to and how is read from `process.env` when it is called. */
export function createOtlpProtobufProcessor(options: OtlpProtobufOptions): CountedSpanProcessor {
  const { url, headers, compression, createAgent } = readOtlpSettings(process.env)
  const { origin, pathname } = new URL(url)
  const transport = createOtlpTransport({
    url,
    headers: async () => ({ ...headers, 'Content-Type': 'application/x-protobuf', 'User-Agent': USER_AGENT }),
    compression,
    createAgent,
    timeoutMillis: options.timeoutMillis,
  })
  return createOtlpSpanProcessor({ ...options, transport, collector: origin + pathname })
}
