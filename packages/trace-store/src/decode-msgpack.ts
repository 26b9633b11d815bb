import { decode } from '@msgpack/msgpack'

import { createWorkMeter } from './limits.ts'
import { RequestError, describeCause, malformed } from './request-error.ts'

/** What follows the first byte of a value: bytes to skip, and values inside it. */
interface Header {
  skip: number
  inside: number
  isMap?: boolean
}

type Kind = 'fixed' | 'bytes' | 'ext' | 'list' | 'map'

// By first byte, from 0xc4 (MessagePack specification, "Formats"): the kind, and how many bytes its length or value
// has.
const LONG_FORMS: readonly (readonly [Kind, number])[] = [
  ...([1, 2, 4] as const).map((size) => ['bytes', size] as const),
  ...([1, 2, 4] as const).map((size) => ['ext', size] as const),
  ...([4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17] as const).map((size) => ['fixed', size] as const),
  ...([1, 2, 4] as const).map((size) => ['bytes', size] as const),
  ...([2, 4] as const).map((size) => ['list', size] as const),
  ...([2, 4] as const).map((size) => ['map', size] as const),
]

function readHeader(body: Buffer, at: number): Header {
  const first = body[at] ?? 0
  if (first < 0x80 || first >= 0xe0) return { skip: 0, inside: 0 }
  if (first < 0x90) return { skip: 0, inside: 2 * (first & 0x0f), isMap: true }
  if (first < 0xa0) return { skip: 0, inside: first & 0x0f }
  if (first < 0xc0) return { skip: first & 0x1f, inside: 0 }
  if (first < 0xc4) return { skip: 0, inside: 0 }
  const [kind, size] = LONG_FORMS[first - 0xc4] ?? ['fixed', 0]
  if (kind === 'fixed') return { skip: size, inside: 0 }
  if (at + 1 + size > body.length) throw new RangeError('it ends inside a value')
  const length = body.readUIntBE(at + 1, size)
  if (kind === 'list') return { skip: size, inside: length }
  if (kind === 'map') return { skip: size, inside: 2 * length, isMap: true }
  return { skip: size + length + (kind === 'ext' ? 1 : 0), inside: 0 }
}

/**
 * Walks the values without building anything. The decoder allocates as many items as a list announces, at every level,
 * before it reads one, so a list may announce no more items than there are bytes left.
 */
function measure(body: Buffer): void {
  const meter = createWorkMeter()
  // The number of missing values of each open list or map; `lacking` is their sum.
  const open = [1]
  let lacking = 1
  let at = 0
  while (open.length > 0) {
    if (at >= body.length) throw new RangeError('it ends inside a value')
    meter.value()
    const { skip, inside, isMap = false } = readHeader(body, at)
    if (isMap) meter.fields(inside / 2)
    at += 1 + skip
    lacking += inside - 1
    if (at + lacking > body.length) throw new RangeError('Max length exceeded: it announces more items than it holds')
    open[open.length - 1] = (open.at(-1) ?? 0) - 1
    if (inside > 0) open.push(inside)
    meter.depth(open.length)
    while (open.at(-1) === 0) open.pop()
  }
}

/**
 * Reads a body as MessagePack, 64-bit integers as bigint. Throws a RequestError: 400 with the reason, 413 when it holds
 * too many values.
 */
export function decodeMsgpack(body: Buffer): unknown {
  try {
    measure(body)
    return decode(body, { useBigInt64: true })
  } catch (error) {
    if (error instanceof RequestError) throw error
    throw malformed(`the body is not MessagePack: ${describeCause(error)}`, error)
  }
}
