// @ts-check
import { forEachSpan } from './count-spans.mjs'

/** Where the id of a span is in the message: behind the trace id, which is 16 bytes with tag and length. */
const SPAN_ID = 20

/**
 * The ids of all spans of an OTLP `ExportTraceServiceRequest`, to tell a span that came twice from two.
 * @param {Buffer} body
 */
export function spanIds(body) {
  /** @type {string[]} */
  const ids = []
  forEachSpan(body, ({ start }) => ids.push(body.toString('latin1', start + SPAN_ID, start + SPAN_ID + 8)))
  return ids
}
