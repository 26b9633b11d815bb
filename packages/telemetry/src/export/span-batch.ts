import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { checkScope, fieldEnd, type ScopeSpans } from './otlp-request.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { encodeSpan } from './span-encoder.ts'
import { giveMemory, takeMemory } from './span-memory.ts'

type Resource = ReadableSpan['resource']
type Scope = ReadableSpan['instrumentationScope']

/** Encoded spans that are sent together. */
export interface SpanBatch {
  /** Batches are sent in this order. */
  readonly order: number
  readonly spans: readonly ScopeSpans[]
  readonly count: number
  /** Bytes of the spans; a request has a few more. */
  readonly bytes: number
}

/** An open batch. */
export interface OpenBatch {
  readonly count: number
  readonly bytes: number
  /**
   * Encodes a span that has ended. Throws when it has no encoding, and is as it was before then; so it is after a span
   * of more bytes than `most`, for which the result is false.
   */
  add(span: ReadableSpan, most?: number): boolean
  close(order: number): SpanBatch
}

interface Section {
  readonly resource: Resource
  readonly scope: Scope
  readonly writer: ProtobufWriter
  count: number
}

/** The size of a scope's spans in the batches before, so that few buffers have to grow. */
const usualBytes = new WeakMap<Scope, number>()
const FIRST_BYTES = 2 ** 12
/** A full batch may follow one that was sent early. */
const SHRINK = 0.95

/** Starts a batch. Spans are written into the memory they are sent from: a section for each scope. */
export function openBatch(): OpenBatch {
  const sections: Section[] = []
  let last: Section | undefined
  let count = 0
  let bytes = 0

  const sectionOf = ({ resource, instrumentationScope: scope }: ReadableSpan): Section => {
    if (last?.scope === scope && last.resource === resource) return last
    last = sections.find((section) => section.scope === scope && section.resource === resource)
    if (last !== undefined) return last
    const size = usualBytes.get(scope)
    if (size === undefined) checkScope(scope)
    last = { resource, scope, writer: new ProtobufWriter(takeMemory(size ?? FIRST_BYTES)), count: 0 }
    sections.push(last)
    return last
  }

  return {
    get count() {
      return count
    },
    get bytes() {
      return bytes
    },
    add(span, most = Infinity) {
      const section = sectionOf(span)
      const before = section.writer.length
      encodeSpan(section.writer, span)
      const size = section.writer.length - before
      if (size > most) {
        section.writer.truncate(before)
        return false
      }
      section.count += 1
      count += 1
      bytes += size
      return true
    },
    close(order) {
      const spans = sections.filter((section) => section.count > 0).map(closeSection)
      return { order, spans, count, bytes }
    },
  }
}

function closeSection({ resource, scope, writer, count }: Section): ScopeSpans {
  const spans = writer.finish()
  usualBytes.set(scope, Math.max(spans.length, (usualBytes.get(scope) ?? 0) * SHRINK))
  const { memory } = writer
  if (spans.buffer === memory.buffer) return { resource, scope, spans, count, memory }
  giveMemory(memory)
  return { resource, scope, spans, count }
}

/** Gives the memory of a batch back that was delivered. Its halves don't: they share theirs. */
export function reuseMemory({ spans }: SpanBatch): void {
  for (const { memory } of spans) if (memory !== undefined) giveMemory(memory)
}

/** Two batches of half the spans each; undefined for a single span. */
export function splitBatch({ order, spans, count }: SpanBatch): [SpanBatch, SpanBatch] | undefined {
  if (count < 2) return undefined
  const first: ScopeSpans[] = []
  const second: ScopeSpans[] = []
  let left = count >> 1
  for (const { memory: _, ...section } of spans) {
    const fitting = Math.min(left, section.count)
    const cut = offsetOf(fitting, section.spans)
    if (fitting > 0) first.push({ ...section, spans: section.spans.subarray(0, cut), count: fitting })
    if (fitting < section.count) {
      second.push({ ...section, spans: section.spans.subarray(cut), count: section.count - fitting })
    }
    left -= fitting
  }
  return [toBatch(order, first), toBatch(order, second)]
}

function toBatch(order: number, spans: readonly ScopeSpans[]): SpanBatch {
  const sum = (read: (section: ScopeSpans) => number): number =>
    spans.reduce((total, section) => total + read(section), 0)
  return { order, spans, count: sum((section) => section.count), bytes: sum((section) => section.spans.length) }
}

/** Where the first `count` of some encoded spans end. */
function offsetOf(count: number, spans: Buffer): number {
  let end = 0
  for (let left = count; left > 0; left -= 1) end = fieldEnd(spans, end)
  return end
}
