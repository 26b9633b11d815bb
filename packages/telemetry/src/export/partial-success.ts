import { readVarint } from './otlp-request.ts'

/** The spans that a collector rejected. */
export interface PartialSuccess {
  rejected: number
  message?: string | undefined
}

/**
 * Reads an `ExportTraceServiceResponse` (opentelemetry-proto, `collector/trace/v1/trace_service.proto`). Anything else,
 * such as JSON or prose, counts as nothing rejected.
 */
export function parsePartialSuccess(response: Buffer): PartialSuccess {
  const result: PartialSuccess = { rejected: 0 }
  const partialSuccess = fieldsOf(response)?.find(({ tag }) => tag === 0x0a)?.content
  for (const { tag, number, content } of (partialSuccess && fieldsOf(partialSuccess)) ?? []) {
    if (tag === 0x08) result.rejected = number
    if (tag === 0x12) result.message = content?.toString()
  }
  return result
}

interface Field {
  tag: number
  number: number
  content?: Buffer
}

/** The fields of a message, of the wire types that the two messages above have; `undefined` if there are others. */
function fieldsOf(bytes: Buffer): Field[] | undefined {
  const fields: Field[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0
    const { value: number, end } = readVarint(bytes, at + 1)
    const isMessage = (tag & 7) === 2
    at = isMessage ? end + number : end
    if ((tag & 7) > 2 || (tag & 7) === 1 || at > bytes.length) return undefined
    fields.push({ tag, number, ...(isMessage && { content: bytes.subarray(end, at) }) })
  }
  return fields
}
