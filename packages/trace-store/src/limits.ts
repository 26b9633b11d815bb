import { RequestError, malformed } from './request-error.ts'

/** Largest body read, before and after decompression, in bytes. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024

/** Most memory the bodies being read may take together, over all ports. */
export const MAX_BODIES_BYTES = 2 * MAX_BODY_BYTES

/** Deepest nesting of a body. An OTLP attribute of 32 levels, the deepest that is read, takes 4 levels of JSON each. */
const MAX_DEPTH = 200

/** Most values in one body: room for 4,096 spans of 20 attributes, and a bound on the work for one body. */
const MAX_VALUES = 400_000

/** Most fields of one object. Each field of a very large object takes V8 a hundred times as long. */
const MAX_FIELDS = 4096

/** Most traces that are being written to clients at once. */
export const MAX_ANSWERS = 4

/** Most memory the traces of one search answer may take in the store, in bytes; the first is always answered. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** Counts the values that a decoder would build, before it builds any. Throws a RequestError past a limit. */
export interface WorkMeter {
  /** `count` values more. */
  value: () => void
  /** An object of this many fields. */
  fields: (count: number) => void
  /** Nested this deep. */
  depth: (depth: number) => void
}

const tooLarge = (message: string): RequestError => new RequestError('TL_TRACE_TOO_LARGE', message)

/** A meter for one body. */
export function createWorkMeter(): WorkMeter {
  let values = 0
  return {
    value() {
      values += 1
      if (values > MAX_VALUES) throw tooLarge(`the body has more than ${MAX_VALUES} values`)
    },
    fields(count) {
      if (count > MAX_FIELDS) throw tooLarge(`an object of the body has more than ${MAX_FIELDS} fields`)
    },
    depth(depth) {
      if (depth > MAX_DEPTH) throw malformed(`the body is nested deeper than ${MAX_DEPTH} levels`)
    },
  }
}
