const FIRST_SIZE = 1 << 16
const HEX = new Uint8Array(128)
for (let digit = 0; digit < 16; digit += 1) {
  HEX[digit.toString(16).charCodeAt(0)] = digit
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

/** Writes protobuf's wire format into one buffer that grows and is used again (protobuf, "Encoding"). */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE)
  #at = 0

  /** What has been written since the last call, in memory of its own. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#at)
    this.#at = 0
    return taken
  }

  tag(field: number, wireType: number): void {
    this.#reserve(2)
    const tag = (field << 3) | wireType
    if (tag > 127) this.#bytes[this.#at++] = (tag & 127) | 128
    this.#bytes[this.#at++] = tag > 127 ? tag >> 7 : tag
  }

  /** An integer; a negative one as 64 bits. */
  varint(value: number): void {
    this.#reserve(10)
    if (value < 0) {
      this.#negative(BigInt(value))
      return
    }
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  fixed32(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeUInt32LE(value, this.#at)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  /** Nanoseconds since the epoch as fixed64, without the bits that a number would lose. */
  time([seconds, nanos]: readonly [number, number]): void {
    // 10⁹ = 1953125 · 2⁹, and the first product is exact for some two hundred years.
    const odd = seconds * 1_953_125
    const low = (odd % 2 ** 23) * 2 ** 9 + nanos
    this.fixed32(low % 2 ** 32)
    this.fixed32(Math.floor(odd / 2 ** 23) + (low >= 2 ** 32 ? 1 : 0))
  }

  /** An id of hex digits as bytes. */
  id(field: number, hex: string): void {
    this.tag(field, 2)
    const length = hex.length >> 1
    this.varint(length)
    this.#reserve(length)
    for (let i = 0; i < hex.length; i += 2) {
      const high = HEX[hex.charCodeAt(i)] ?? 0
      this.#bytes[this.#at++] = (high << 4) | (HEX[hex.charCodeAt(i + 1)] ?? 0)
    }
  }

  string(field: number, text: string): void {
    this.tag(field, 2)
    const { length } = text
    this.#reserve(length * 3 + 5)
    const start = this.#at
    if (length < 128) {
      // Attribute keys and most values: a loop is faster than the call that converts UTF-8.
      this.#bytes[this.#at++] = length
      let i = 0
      for (; i < length; i += 1) {
        const code = text.charCodeAt(i)
        if (code > 127) break
        this.#bytes[this.#at++] = code
      }
      if (i === length) return
      this.#at = start
    }
    this.varint(Buffer.byteLength(text))
    this.#at += this.#bytes.write(text, this.#at)
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, 2)
    this.varint(value.length)
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
    this.#reserve(lengthBytes)
    this.#at += lengthBytes
    return this.#at
  }

  close(start: number, lengthBytes = 1): void {
    const length = this.#at - start
    const needed = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : length < 268_435_456 ? 4 : 5
    if (needed !== lengthBytes) {
      this.#reserve(needed)
      this.#bytes.copyWithin(start + needed - lengthBytes, start, this.#at)
    }
    this.#at = start - lengthBytes
    this.varint(length)
    this.#at += length
  }

  #negative(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 127n) | 128
    this.#bytes[this.#at++] = Number(rest)
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}
