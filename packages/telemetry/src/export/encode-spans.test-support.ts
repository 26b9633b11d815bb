import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { formatRequest } from './otlp-request.ts'
import { openBatch } from './span-batch.ts'

/** The request with these spans. */
export async function encodeSpans(spans: readonly ReadableSpan[]): Promise<Buffer> {
  const batch = openBatch()
  for (const span of spans) batch.add(span)
  return Buffer.concat(await formatRequest(batch.close(0).spans))
}
