import { isRecord } from './is-record.ts'
import { malformed } from './request-error.ts'

/** A decoded JSON or protobuf object, its fields not checked yet. */
export type Fields = Readonly<Record<string, unknown>>

// In the JSON form of protobuf, null is the same as absent.
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/** An object; absent is an empty one. Throws a RequestError that names `path`, as all functions here do. */
export function readFields(value: unknown, path: string): Fields {
  if (isAbsent(value)) return {}
  if (!isRecord(value)) throw malformed(`${path} must be an object`)
  return value
}

/** The result of `read` for each item of a list, with its path; absent is an empty list. */
export function readList<T>(value: unknown, path: string, read: (item: unknown, path: string) => T): T[] {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) throw malformed(`${path} must be a list`)
  return value.map((item: unknown, index) => read(item, `${path}[${index}]`))
}

/** A string; absent is the empty one. */
export function readText(value: unknown, path: string): string {
  if (isAbsent(value)) return ''
  if (typeof value !== 'string') throw malformed(`${path} must be a string`)
  return value
}

/** A number that is not negative; absent is 0. */
export function readAmount(value: unknown, path: string): number {
  if (isAbsent(value)) return 0
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw malformed(`${path} must be a number that is not negative`)
  }
  return value
}

const MAX_FIXED64 = 2n ** 64n - 1n

/** An unsigned 64-bit integer, as decimal digits or a number (both are legal in protobuf's JSON); absent is 0. */
export function readFixed64(value: unknown, path: string): bigint {
  if (isAbsent(value)) return 0n
  const integer =
    (typeof value === 'string' && /^\d{1,20}$/.test(value)) || (typeof value === 'number' && Number.isInteger(value))
      ? BigInt(value)
      : -1n
  if (integer < 0n || integer > MAX_FIXED64) throw malformed(`${path} must be an unsigned 64-bit integer`)
  return integer
}

/**
 * A trace or span id of `bytes` bytes: the bytes themselves (protobuf) or hex digits of any case (OTLP's JSON),
 * returned as lower-case hex. Undefined when it is absent, empty or all zeros.
 */
export function readId(value: unknown, path: string, bytes: 8 | 16): string | undefined {
  if (isAbsent(value)) return undefined
  const hex = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : readText(value, path).toLowerCase()
  if (hex === '') return undefined
  if (!/^[0-9a-f]+$/.test(hex)) throw malformed(`${path} must be hex digits`)
  if (hex.length !== bytes * 2) throw malformed(`${path} must be ${bytes} bytes, not ${hex.length / 2}`)
  return /^0+$/.test(hex) ? undefined : hex
}

/** A required id. */
export function requireId(value: unknown, path: string, bytes: 8 | 16): string {
  const id = readId(value, path, bytes)
  if (id === undefined) throw malformed(`${path} must be ${bytes} bytes and not all zeros`)
  return id
}
