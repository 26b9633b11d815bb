import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { LenientWriter } from './lenient-writer.ts'
import { writeAttributes } from './span-encoder.ts'

type Resource = ReadableSpan['resource']
type Scope = ReadableSpan['instrumentationScope']

/** Tags of the two messages around a span, which have field 1 and field 2. */
const RESOURCE_SPANS = 0x0a
const SCOPE_SPANS = 0x12

/** Encoded spans of one resource and one scope. */
export interface ScopeSpans {
  readonly resource: Resource
  readonly scope: Scope
  /** Members `spans` of OTLP's `ScopeSpans`, one after another. */
  readonly spans: Buffer
  readonly count: number
  /** What `spans` is a part of, where it is for nothing else. */
  readonly memory?: Buffer
}

/** The bytes before and after the spans of a scope. */
interface RequestParts {
  resourceHead: Buffer
  scopeHead: Buffer
  scopeTail: Buffer
  resourceTail: Buffer
}

const NOTHING = Buffer.alloc(0)

const knownParts = new WeakMap<Scope, { resource: Resource; parts: RequestParts }>()

/** Throws when a scope has no encoding: no span of it can be sent then. */
export function checkScope(scope: Scope): void {
  formatScope(scope)
}

/**
 * An OTLP `ExportTraceServiceRequest` of spans that are encoded already, as the SDK's serializer orders them: by
 * resource, then by scope. Waits for resource attributes that are still being detected.
 */
export async function formatRequest(spans: readonly ScopeSpans[]): Promise<Buffer[]> {
  const byResource = new Map<Resource, ScopeSpans[]>()
  for (const section of spans) {
    if (section.resource.asyncAttributesPending) await section.resource.waitForAsyncAttributes?.()
    byResource.set(section.resource, [...(byResource.get(section.resource) ?? []), section])
  }
  return [...byResource.values()].flatMap(formatResourceSpans)
}

function formatResourceSpans(spans: readonly ScopeSpans[]): Buffer[] {
  let around: { head: Buffer; tail: Buffer } = { head: NOTHING, tail: NOTHING }
  const pieces = spans.flatMap((section) => {
    const { resourceHead, scopeHead, scopeTail, resourceTail } = partsOf(section)
    around = { head: resourceHead, tail: resourceTail }
    return [message(SCOPE_SPANS, scopeHead, section.spans.length + scopeTail.length), section.spans, scopeTail]
  })
  const rest = pieces.reduce((sum, { length }) => sum + length, around.tail.length)
  return [message(RESOURCE_SPANS, around.head, rest), ...pieces, around.tail].filter(({ length }) => length > 0)
}

function partsOf({ resource, scope }: ScopeSpans): RequestParts {
  const known = knownParts.get(scope)
  if (known?.resource === resource) return known.parts
  const parts = { ...formatResource(resource), ...formatScope(scope) }
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

/** Fields of OTLP's `ResourceSpans` before and after its scopes. */
function formatResource({ attributes, schemaUrl }: Resource): Pick<RequestParts, 'resourceHead' | 'resourceTail'> {
  const writer = new LenientWriter()
  const start = writer.open(1)
  if (attributes) writeAttributes(writer, 1, attributes)
  writer.tag(2, 0)
  writer.count(0)
  writer.close(start)
  return { resourceHead: writer.finish(), resourceTail: formatSchemaUrl(schemaUrl) }
}

/** Fields of OTLP's `ScopeSpans` before and after its spans. */
function formatScope(scope: Scope): Pick<RequestParts, 'scopeHead' | 'scopeTail'> {
  const { name, version, schemaUrl, attributes, droppedAttributesCount } = scope as Scope & {
    attributes?: Resource['attributes']
    droppedAttributesCount?: number
  }
  const writer = new LenientWriter()
  const start = writer.open(1)
  writer.string(1, name)
  if (version) writer.string(2, version)
  if (attributes) writeAttributes(writer, 3, attributes)
  if (droppedAttributesCount) {
    writer.tag(4, 0)
    writer.count(droppedAttributesCount)
  }
  writer.close(start)
  return { scopeHead: writer.finish(), scopeTail: formatSchemaUrl(schemaUrl) }
}

function formatSchemaUrl(schemaUrl: string | undefined): Buffer {
  if (!schemaUrl) return NOTHING
  const writer = new LenientWriter()
  writer.string(3, schemaUrl)
  return writer.finish()
}

/** Where a length-delimited field with a tag of one byte ends. */
export function fieldEnd(bytes: Buffer, start: number): number {
  const { value, end } = readVarint(bytes, start + 1)
  return end + value
}

export function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  for (let at = start, shift = 1; ; at += 1, shift *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * shift
    if (byte < 128) return { value, end: at + 1 }
  }
}
