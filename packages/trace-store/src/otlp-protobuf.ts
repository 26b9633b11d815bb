import protobuf from 'protobufjs/light.js'

import { exportRequestType, rpcStatusType } from './otlp-schema.ts'
import { describeCause, malformed } from './request-error.ts'

type Message = Record<string, unknown> & { $unknowns?: Uint8Array[] }

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null

/**
 * The path of a field we know that came with another wire type than its own. The decoder puts such a field with the
 * unknown ones, so a wrongly written body would pass as an empty one.
 */
function findWrongWireType(type: protobuf.Type, message: Message, path = ''): string | undefined {
  for (const raw of message.$unknowns ?? []) {
    const field = type.fieldsById[protobuf.Reader.create(raw).uint32() >>> 3]
    if (field !== undefined) return path + field.name
  }
  for (const field of type.fieldsArray) {
    if (!(field.resolvedType instanceof protobuf.Type)) continue
    const value = message[field.name]
    const items: unknown[] = Array.isArray(value) ? value : [value]
    for (const [index, item] of items.entries()) {
      if (!isMessage(item)) continue
      const at = field.repeated ? `${path}${field.name}[${index}].` : `${path}${field.name}.`
      const found = findWrongWireType(field.resolvedType, item, at)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function decode(reader: protobuf.Reader): protobuf.Message {
  try {
    return exportRequestType.decode(reader)
  } catch (error) {
    throw malformed(`the body is not an OTLP trace export in protobuf: ${describeCause(error)}`, error)
  }
}

/**
 * Decodes an ExportTraceServiceRequest into the object its JSON form would be, except that ids and bytes are bytes.
 * Unknown fields are skipped. Throws a RequestError (400) with the decoder's reason.
 */
export function decodeOtlpProtobuf(body: Uint8Array): unknown {
  const reader = protobuf.Reader.create(body)
  reader.discardUnknown = false
  const message = decode(reader)
  const wrong = isMessage(message) ? findWrongWireType(exportRequestType, message) : undefined
  if (wrong !== undefined) throw malformed(`${wrong} has a wrong protobuf wire type`)
  return exportRequestType.toObject(message, { longs: String })
}

/** Encodes a google.rpc.Status, the answer OTLP/HTTP asks for when a protobuf request fails. */
export const encodeRpcStatus = (status: { code: number; message: string }): Uint8Array =>
  rpcStatusType.encode(status).finish()
