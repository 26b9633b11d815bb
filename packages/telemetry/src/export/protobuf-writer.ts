import { LEAST_FILLED } from './span-memory.ts'

const FIRST_SIZE = 1 << 12
/** Two bytes of tag, ten of a negative number. */
const TAG_AND_NUMBER = 12
const NO_DIGIT = 16
const HEX = new Uint8Array(128).fill(NO_DIGIT)
for (let digit = 0; digit < 16; digit += 1) {
  HEX[digit.toString(16).charCodeAt(0)] = digit
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

/**
 * Writes protobuf's wire format into a buffer that grows (protobuf, "Encoding").
 *
 * Takes only what has one obvious encoding, and throws a `TypeError` for anything else: a name that isn't a string, a
 * time outside of the years 1970 to 2242, an id that isn't hex. The caller goes back with `truncate`.
 */
export class ProtobufWriter {
  #bytes: Buffer
  #at = 0

  /** @param memory to write into until it is full. */
  constructor(memory: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)) {
    this.#bytes = memory
  }

  /** What is written into: all of it, and more than was given if that was too little. */
  get memory(): Buffer {
    return this.#bytes
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at
  }

  /** The written bytes, in memory of their size. The writer is not used after that. */
  finish(): Buffer {
    const written = this.#bytes.subarray(0, this.#at)
    if (this.#at > this.#bytes.length * LEAST_FILLED) return written
    const fitting = Buffer.allocUnsafeSlow(this.#at)
    fitting.set(written)
    return fitting
  }

  /** Removes everything from `length` on. */
  truncate(length: number): void {
    this.#at = length
  }

  /** Makes room for any number or length that follows, too. */
  tag(field: number, wireType: number): void {
    this.#reserve(TAG_AND_NUMBER)
    const tag = (field << 3) | wireType
    const bytes = this.#bytes
    if (tag > 127) {
      bytes[this.#at++] = (tag & 127) | 128
      bytes[this.#at++] = tag >> 7
    } else bytes[this.#at++] = tag
  }

  /** A whole number from 0 to 2³² - 1. */
  count(value: number): void {
    if (value >>> 0 !== value) throw new TypeError('not a count')
    this.integer(value)
  }

  /** A whole number; a negative one as 64 bits. */
  integer(value: number): void {
    if (value < 0) {
      this.#negative(BigInt(value))
      return
    }
    const bytes = this.#bytes
    let at = this.#at
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128
    bytes[at++] = rest
    this.#at = at
  }

  fixed32(value: number): void {
    this.#at = this.#bytes.writeUInt32LE(value, this.#at)
  }

  double(value: number): void {
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  /** Nanoseconds since the epoch as fixed64, without the bits that a number would lose. */
  time([seconds, nanos]: readonly [number, number]): void {
    if (!isWholeBelow(seconds, 2 ** 33) || !isWholeBelow(nanos, 2 ** 31)) throw new TypeError('not a time')
    // 10⁹ = 1953125 · 2⁹, and the first product is exact up to 2⁵³.
    const odd = seconds * 1_953_125
    const low = (odd % 2 ** 23) * 2 ** 9 + nanos
    this.fixed32(low % 2 ** 32)
    this.fixed32(Math.floor(odd / 2 ** 23) + (low >= 2 ** 32 ? 1 : 0))
  }

  /** An id of hex digits as bytes. */
  id(field: number, hex: string): void {
    if (typeof hex !== 'string' || hex.length % 2 === 1) throw new TypeError('not an id')
    this.tag(field, 2)
    const length = hex.length >> 1
    this.integer(length)
    this.#reserve(length)
    const bytes = this.#bytes
    let at = this.#at
    let digits = 0
    for (let i = 0; i < hex.length; i += 2) {
      const high = HEX[hex.charCodeAt(i)] ?? NO_DIGIT
      const low = HEX[hex.charCodeAt(i + 1)] ?? NO_DIGIT
      digits |= high | low
      bytes[at++] = (high << 4) | low
    }
    if (digits >= NO_DIGIT) throw new TypeError('not an id')
    this.#at = at
  }

  string(field: number, text: string): void {
    if (typeof text !== 'string') throw new TypeError('not a string')
    this.tag(field, 2)
    const { length } = text
    this.#reserve(length * 3 + 5)
    // Attribute keys and most values: a loop is faster than the call that converts UTF-8.
    if (length < 128 && this.#ascii(text)) return
    this.integer(Buffer.byteLength(text))
    this.#at += this.#bytes.write(text, this.#at)
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, 2)
    this.integer(value.length)
    this.raw(value)
  }

  /** Bytes that are already encoded. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  /**
   * Begins a message within the message; `close` ends it.
   * @param lengthBytes bytes that its length will probably take: another number is right too, but means moving it.
   * @returns what `close` wants.
   */
  open(field: number, lengthBytes = 1): number {
    this.tag(field, 2)
    this.#at += lengthBytes
    return this.#at
  }

  close(start: number, lengthBytes = 1): void {
    const length = this.#at - start
    const needed = varintLength(length)
    if (needed !== lengthBytes) {
      this.#reserve(needed)
      this.#bytes.copyWithin(start + needed - lengthBytes, start, this.#at)
    }
    this.#at = start - lengthBytes
    this.integer(length)
    this.#at += length
  }

  /** Writes a short text and its length, if it is ASCII. */
  #ascii(text: string): boolean {
    const { length } = text
    const bytes = this.#bytes
    const start = this.#at + 1
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i)
      if (code > 127) return false
      bytes[start + i] = code
    }
    bytes[start - 1] = length
    this.#at = start + length
    return true
  }

  #negative(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 127n) | 128
    this.#bytes[this.#at++] = Number(rest)
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + size))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Bytes that a length takes. */
function varintLength(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : value < 268_435_456 ? 4 : 5
}

function isWholeBelow(value: number, bound: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < bound
}
