import { randomBytes } from 'node:crypto'

/** The end of a sampler's range: below its bound at nearly every ratio, or above it. */
export type Side = 'low' | 'high'

/**
 * A random trace id that ratio samplers put at one end of their range, whatever their ratio, so that a `low` and a
 * `high` one differ in a service that samples by itself. 80 of its 128 bits are random.
 *
 * They compare different bytes: OpenTelemetry's Go, Python, Ruby and Java SDKs bytes 8 to 15, its consistent samplers
 * (`TraceState: Probability Sampling`) 9 to 15, .NET and older Go 0 to 7, C++ the same in the order of the machine, and
 * JavaScript the XOR of the four words. Java and .NET read them as signed and take the absolute value, which makes
 * `ff…` small: `signed` chooses the high end for them, where an unsigned sampler sees one half.
 */
export function chooseTraceId(side: Side, { signed = false }: { signed?: boolean } = {}): string {
  const id = randomBytes(16)
  const end = side === 'low' ? 0x00 : 0xff
  for (const byte of [0, 1, 7, 8, 9]) id[byte] = end
  if (signed && side === 'high') for (const byte of [0, 8]) id[byte] = 0x80
  // The second word makes the XOR of all four begin with this end.
  for (const byte of [4, 5]) id[byte] = end ^ at(id, byte - 4) ^ at(id, byte + 4) ^ at(id, byte + 8)
  return id.toString('hex')
}

const at = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0
