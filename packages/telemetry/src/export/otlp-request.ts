import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

type Resource = ReadableSpan['resource']
type Scope = ReadableSpan['instrumentationScope']

/** Tags of the two messages around a span, which have field 1 and field 2, and of the span in them. */
const RESOURCE_SPANS = 0x0a
const SCOPE_SPANS = 0x12
const SPAN = 0x12

/** Encoded spans of one resource and one scope. */
export interface ScopeSpans {
  readonly resource: Resource
  readonly scope: Scope
  /** Members `spans` of OTLP's `ScopeSpans`, one after another. */
  readonly spans: Buffer
  readonly count: number
}

/** An `ExportTraceServiceRequest` with one span, in pieces. */
interface RequestParts {
  resourceHead: Buffer
  scopeHead: Buffer
  /** With its tag and length. */
  span: Buffer
  scopeTail: Buffer
  resourceTail: Buffer
}

/** The least that the SDK's serializer takes for a span. */
const NO_SPAN = {
  name: '',
  kind: 0,
  spanContext: () => ({ traceId: '', spanId: '', traceFlags: 0 }),
  startTime: [0, 0],
  endTime: [0, 0],
  status: { code: 0 },
  attributes: {},
  links: [],
  events: [],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
} as const
const NOTHING = Buffer.alloc(0)
const NO_RESOURCE = { attributes: {} } as unknown as Resource

const knownParts = new WeakMap<Scope, { resource: Resource; parts: RequestParts }>()

/** What the SDK's serializer makes of a span. Throws what that throws. */
export function cutRequest(span: Pick<ReadableSpan, 'resource' | 'instrumentationScope'>): RequestParts {
  const bytes = ProtobufTraceSerializer.serializeRequest([span as ReadableSpan])
  if (bytes === undefined) throw new TypeError('the span has no encoding')
  const request = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [, resourceSpans] = cutField(request, RESOURCE_SPANS)
  const [resourceHead, scopeSpans, resourceTail] = cutField(contentOf(resourceSpans), SCOPE_SPANS)
  const [scopeHead, spanWithTag, scopeTail] = cutField(contentOf(scopeSpans), SPAN)
  return { resourceHead, scopeHead, span: spanWithTag, scopeTail, resourceTail }
}

/** Throws when the SDK's serializer can't take a scope: no span of it can be sent then. */
export function checkScope(scope: Scope): void {
  cutRequest({ ...NO_SPAN, resource: NO_RESOURCE, instrumentationScope: scope })
}

/**
 * An OTLP `ExportTraceServiceRequest` of spans that are encoded already, as the SDK's serializer orders them: by
 * resource, then by scope. Waits for resource attributes that are still being detected.
 */
export async function formatRequest(spans: readonly ScopeSpans[]): Promise<Buffer[]> {
  const byResource = new Map<Resource, ScopeSpans[]>()
  for (const each of spans) {
    if (each.resource.asyncAttributesPending) await each.resource.waitForAsyncAttributes?.()
    byResource.set(each.resource, [...(byResource.get(each.resource) ?? []), each])
  }
  return [...byResource.values()].flatMap(formatResourceSpans)
}

function formatResourceSpans(spans: readonly ScopeSpans[]): Buffer[] {
  let around: { head: Buffer; tail: Buffer } = { head: NOTHING, tail: NOTHING }
  const pieces = spans.flatMap((each) => {
    const { resourceHead, scopeHead, scopeTail, resourceTail } = partsOf(each)
    around = { head: resourceHead, tail: resourceTail }
    return [message(SCOPE_SPANS, scopeHead, each.spans.length + scopeTail.length), each.spans, scopeTail]
  })
  const rest = pieces.reduce((sum, { length }) => sum + length, around.tail.length)
  return [message(RESOURCE_SPANS, around.head, rest), ...pieces, around.tail].filter(({ length }) => length > 0)
}

function partsOf({ resource, scope }: ScopeSpans): RequestParts {
  const known = knownParts.get(scope)
  if (known?.resource === resource) return known.parts
  const parts = cutRequest({ ...NO_SPAN, resource, instrumentationScope: scope })
  knownParts.set(scope, { resource, parts })
  return parts
}

/** The beginning of a message: its tag, its length, and the fields before the `rest` bytes to come. */
function message(tag: number, head: Buffer, rest: number): Buffer {
  let length = head.length + rest
  const bytes = [tag]
  for (; length > 127; length = Math.floor(length / 128)) bytes.push((length % 128) | 128)
  bytes.push(length)
  return Buffer.concat([Buffer.from(bytes), head])
}

/** The bytes before the first field with a tag, the field, and those after it. */
function cutField(bytes: Buffer, tag: number): [before: Buffer, field: Buffer, after: Buffer] {
  let at = 0
  while (at < bytes.length) {
    const end = fieldEnd(bytes, at)
    if (bytes[at] === tag) return [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)]
    at = end
  }
  throw new TypeError('the SDK’s serializer left a part of the request out')
}

/** Where a length-delimited field with a tag of one byte ends. */
export function fieldEnd(bytes: Buffer, start: number): number {
  const { value, end } = readVarint(bytes, start + 1)
  return end + value
}

function contentOf(field: Buffer): Buffer {
  return field.subarray(readVarint(field, 1).end)
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  for (let at = start, shift = 1; ; at += 1, shift *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * shift
    if (byte < 128) return { value, end: at + 1 }
  }
}
