// @ts-check
const LENGTH_DELIMITED = 2

/**
 * Spans in an OTLP `ExportTraceServiceRequest`, counted without decoding them, so that the collector takes little of the
 * core it shares with the load: resource_spans (1) → scope_spans (2) → spans (2).
 * @param {Buffer} body
 */
export function countSpans(body) {
  let count = 0
  forEachSpan(body, () => (count += 1))
  return count
}

/**
 * @param {Buffer} body
 * @param {(span: { start: number, end: number }) => void} visit
 */
export function forEachSpan(body, visit) {
  forEachMessage(body, { start: 0, end: body.length, field: 1 }, (resourceSpans) => {
    forEachMessage(body, { ...resourceSpans, field: 2 }, (scopeSpans) => {
      forEachMessage(body, { ...scopeSpans, field: 2 }, visit)
    })
  })
}

/**
 * @param {Buffer} body
 * @param {{ start: number, end: number, field: number }} within
 * @param {(message: { start: number, end: number }) => void} visit
 */
function forEachMessage(body, { start, end, field }, visit) {
  let at = start
  while (at < end) {
    const tag = varint(body, at)
    if ((tag.value & 7) !== LENGTH_DELIMITED) throw new Error(`unexpected wire type at byte ${at}`)
    const length = varint(body, tag.next)
    const next = length.next + length.value
    if (tag.value >> 3 === field) visit({ start: length.next, end: next })
    at = next
  }
}

/**
 * @param {Buffer} body
 * @param {number} at
 */
function varint(body, at) {
  let value = 0
  for (let next = at, shift = 1; ; next += 1, shift *= 128) {
    const byte = body[next] ?? 0
    value += (byte & 127) * shift
    if (byte < 128) return { value, next: next + 1 }
  }
}
