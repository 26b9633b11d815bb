import { ProtobufWriter } from './protobuf-writer.ts'

/**
 * Writes what {@link ProtobufWriter} refuses as the SDK's serializer does, byte for byte: it takes a number for a text,
 * or a text for a number, and makes of it what JavaScript's conversions make. Throws where those throw.
 */
export class LenientWriter extends ProtobufWriter {
  override count(value: unknown): void {
    this.raw(Uint8Array.from(varint(value as number)))
  }

  /** Nanoseconds as fixed64 in two halves, so that no bit is lost to a number's 53. */
  override time(time: readonly [number, number]): void {
    // No destructuring: anything may be here, and not all of it can be iterated.
    const seconds = time[0]
    const nanos = time[1]
    const low = (seconds & 0xffff) * 1e9
    const high = ((seconds / 2 ** 16) >>> 0) * 1e9
    const sum = (low >>> 0) + (((high & 0xffff) * 2 ** 16) >>> 0) + nanos
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32LE(sum >>> 0)
    bytes.writeUInt32LE((Math.floor(low / 2 ** 32) + ((high / 2 ** 16) >>> 0) + Math.floor(sum / 2 ** 32)) >>> 0, 4)
    this.raw(bytes)
  }

  override id(field: number, hex: string): void {
    const bytes = new Uint8Array(hex.length / 2)
    for (let at = 0; at < hex.length; at += 2) {
      bytes[at / 2] = (digit(hex.charCodeAt(at)) << 4) | digit(hex.charCodeAt(at + 1))
    }
    this.tag(field, 2)
    this.count(bytes.length)
    this.raw(bytes)
  }

  override string(field: number, text: string): void {
    if (typeof text === 'string') {
      super.string(field, text)
      return
    }
    const { length } = text as { length: number }
    if (length > 0) throw new TypeError('not a string')
    this.tag(field, 2)
    this.count(length)
  }
}

/** A 64-bit varint of anything that converts to a number; what is no number is 0. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, wholeOf(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return bytes
}

/** Each half of the 64 bits is converted by itself, which is what an infinite number is 0 by. */
function wholeOf(value: number): bigint {
  const isPositive = value >= 0
  const size = isPositive ? value : Math.abs(value)
  const magnitude = (BigInt((size / 2 ** 32) >>> 0) << 32n) | BigInt(size >>> 0)
  return isPositive ? magnitude : -magnitude
}

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 102 ? code - 87 : code - 55
}
