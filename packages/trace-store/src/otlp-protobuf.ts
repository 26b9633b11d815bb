import protobuf from 'protobufjs/light.js'

import { createWorkMeter } from './limits.ts'
import type { WorkMeter } from './limits.ts'
import { exportRequestType, rpcStatusType } from './otlp-schema.ts'
import { RequestError, describeCause, malformed } from './request-error.ts'

const LENGTH_DELIMITED = 2

const scalars: Readonly<Record<string, number>> = protobuf.types.basic

const wireTypeOf = (type: string): number => scalars[type] ?? LENGTH_DELIMITED

/** Where a check of the wire stands: in a message of `type` that ends at byte `end`. */
interface Position {
  type: protobuf.Type
  end: number
  path: string
  depth: number
}

/**
 * Walks the fields of a message without building anything. The decoder would treat a known field of another wire type
 * as unknown, so a malformed body would pass as an empty one; that is refused, too.
 */
function measure(reader: protobuf.Reader, meter: WorkMeter, { type, end, path, depth }: Position): void {
  meter.depth(depth)
  const occurrences = new Map<string, number>()
  while (reader.pos < end) {
    meter.value()
    const tag = reader.uint32()
    const wireType = tag & 7
    const field = type.fieldsById[tag >>> 3]
    if (field === undefined) {
      reader.skipType(wireType)
      continue
    }
    if (wireType !== wireTypeOf(field.type)) {
      throw malformed(`${path}${field.name} has a wrong protobuf wire type`)
    }
    if (!(field.resolvedType instanceof protobuf.Type)) {
      reader.skipType(wireType)
      continue
    }
    const index = occurrences.get(field.name) ?? 0
    occurrences.set(field.name, index + 1)
    const length = reader.uint32()
    const at = field.repeated ? `${path}${field.name}[${index}].` : `${path}${field.name}.`
    measure(reader, meter, { type: field.resolvedType, end: reader.pos + length, path: at, depth: depth + 1 })
  }
  if (reader.pos !== end) throw new RangeError(`${path || 'a field'} is longer than the message it is in`)
}

/**
 * Decodes an ExportTraceServiceRequest into the object its JSON form would be, except that ids and bytes are bytes.
 * Unknown fields are skipped. Throws a RequestError: 400 with the reason, 413 when it holds too many fields.
 */
export function decodeOtlpProtobuf(body: Uint8Array): unknown {
  try {
    // Reading a field looks up its type, which is only known once the schema has been resolved.
    exportRequestType.root.resolveAll()
    const start = { type: exportRequestType, end: body.length, path: '', depth: 0 }
    measure(protobuf.Reader.create(body), createWorkMeter(), start)
    return exportRequestType.toObject(exportRequestType.decode(body), { longs: String })
  } catch (error) {
    if (error instanceof RequestError) throw error
    throw malformed(`the body is not an OTLP trace export in protobuf: ${describeCause(error)}`, error)
  }
}

/** Encodes a google.rpc.Status, the required answer of OTLP/HTTP when a protobuf request fails. */
export const encodeRpcStatus = (status: { code: number; message: string }): Uint8Array =>
  rpcStatusType.encode(status).finish()
