import { readFields, readList, readText } from './fields.ts'
import type { Fields } from './fields.ts'
import type { JaegerTag } from './jaeger-trace.ts'
import { malformed } from './request-error.ts'

type TagValue = Pick<JaegerTag, 'type' | 'value'>

const MAX_DEPTH = 32
const MAX_INT64 = 2n ** 63n

function readInt64(value: unknown, path: string): TagValue {
  const integer =
    (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) || (typeof value === 'number' && Number.isInteger(value))
      ? BigInt(value)
      : MAX_INT64
  if (integer >= MAX_INT64 || integer < -MAX_INT64) throw malformed(`${path} must be a 64-bit integer`)
  const number = Number(integer)
  return { type: 'int64', value: Number.isSafeInteger(number) ? number : integer.toString() }
}

function readDouble(value: unknown, path: string): TagValue {
  if (typeof value === 'number') {
    // JSON has no other way to say these, on the way in (as strings) or out.
    return Number.isFinite(value) ? { type: 'float64', value } : { type: 'float64', value: String(value) }
  }
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return { type: 'float64', value }
  throw malformed(`${path} must be a number`)
}

function readBytes(value: unknown, path: string): TagValue {
  if (value instanceof Uint8Array) return { type: 'binary', value: Buffer.from(value).toString('base64') }
  const text = readText(value, path)
  if (!/^[\w+/-]*={0,2}$/.test(text)) throw malformed(`${path} must be base64`)
  return { type: 'binary', value: text }
}

function readBool(value: unknown, path: string): TagValue {
  if (typeof value !== 'boolean') throw malformed(`${path} must be true or false`)
  return { type: 'bool', value }
}

function readNested(any: Fields, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw malformed('an attribute is nested too deep')
  const has = (name: string): boolean => any[name] !== undefined && any[name] !== null
  if (has('arrayValue')) {
    const { values } = readFields(any.arrayValue, `${path}.arrayValue`)
    return readList(values, `${path}.arrayValue.values`, (item, at) => readNested(readFields(item, at), at, depth + 1))
  }
  if (has('kvlistValue')) {
    const { values } = readFields(any.kvlistValue, `${path}.kvlistValue`)
    return Object.fromEntries(
      readList(values, `${path}.kvlistValue.values`, (item, at) => {
        const pair = readFields(item, at)
        return [readText(pair.key, `${at}.key`), readNested(readFields(pair.value, at), at, depth + 1)]
      }),
    )
  }
  return readAnyValue(any, path).value
}

const readers = [
  ['boolValue', readBool],
  ['intValue', readInt64],
  ['doubleValue', readDouble],
  ['bytesValue', readBytes],
] as const

function readAnyValue(any: Fields, path: string): TagValue {
  for (const [name, read] of readers) {
    const value = any[name]
    if (value !== undefined && value !== null) return read(value, `${path}.${name}`)
  }
  if ((any.arrayValue ?? any.kvlistValue ?? null) !== null) {
    return { type: 'string', value: JSON.stringify(readNested(any, path, 0)) }
  }
  return { type: 'string', value: readText(any.stringValue, `${path}.stringValue`) }
}

/** Reads a list of OTLP KeyValue as tags. Lists and maps become JSON text, as Jaeger shows them. Throws a RequestError. */
export function readAttributes(value: unknown, path: string): JaegerTag[] {
  return readList(value, path, (item, at) => {
    const pair = readFields(item, at)
    return {
      key: readText(pair.key, `${at}.key`),
      ...readAnyValue(readFields(pair.value, `${at}.value`), `${at}.value`),
    }
  })
}
