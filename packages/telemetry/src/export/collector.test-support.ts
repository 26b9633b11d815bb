import type http from 'node:http'
import { buffer } from 'node:stream/consumers'
import { startServer, type StartedServer } from '@throughline/lab-testkit'

const LENGTH_DELIMITED = 2

/** How a collector answers one request; `undefined`: never. */
export type Answer =
  | { status: number; headers?: http.OutgoingHttpHeaders; rejected?: number; takes?: boolean }
  | 'reset'
  | undefined

export interface Collector extends StartedServer {
  /** Names of the accepted spans, in the order of arrival. */
  names: string[]
  /** Bytes of each request, accepted or not. */
  sizes: number[]
}

/** A collector with scripted answers. */
export async function startCollector(
  answer: (request: { names: string[]; bytes: number; at: number }) => Answer | Promise<Answer> = () => ({
    status: 200,
  }),
): Promise<Collector> {
  const names: string[] = []
  const sizes: number[] = []
  const server = await startServer(async (request, response) => {
    const body = await buffer(request)
    const received = spanNames(body)
    sizes.push(body.length)
    const reply = await answer({ names: received, bytes: body.length, at: sizes.length })
    if (reply === undefined) return
    if (reply === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    if (reply.takes ?? reply.status === 200) names.push(...received)
    response.writeHead(reply.status, reply.headers).end(partialSuccess(reply.rejected))
  })
  return Object.assign(server, { names, sizes })
}

/** `ExportTraceServiceResponse` with `partial_success.rejected_spans`. */
function partialSuccess(rejected: number | undefined): Buffer {
  return rejected === undefined ? Buffer.alloc(0) : Buffer.of(0x0a, 2, 0x08, rejected)
}

/** The names of all spans of an `ExportTraceServiceRequest`. */
export function spanNames(request: Buffer): string[] {
  return fields(request, 1)
    .flatMap((resourceSpans) => fields(resourceSpans, 2))
    .flatMap((scopeSpans) => fields(scopeSpans, 2))
    .map((span) => fields(span, 5).join())
}

/** The contents of a message's fields that have one number and a length. */
function fields(message: Buffer, number: number): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < message.length;) {
    const tag = varint(message, at)
    const { start, end } = extent(message, tag)
    if (tag.value === (number << 3) + LENGTH_DELIMITED) found.push(message.subarray(start, end))
    at = end
  }
  return found
}

/** Where the content of a field is (protobuf, "Encoding": wire types 0, 1, 2 and 5). */
function extent(message: Buffer, tag: { value: number; end: number }): { start: number; end: number } {
  const start = tag.end
  const wireType = tag.value & 7
  if (wireType === 0) return { start, end: varint(message, start).end }
  if (wireType === 1) return { start, end: start + 8 }
  if (wireType === 5) return { start, end: start + 4 }
  const length = varint(message, start)
  return { start: length.end, end: length.end + length.value }
}

function varint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  for (let at = start, shift = 1; ; at += 1, shift *= 128) {
    value += ((bytes[at] ?? 0) & 127) * shift
    if ((bytes[at] ?? 0) < 128) return { value, end: at + 1 }
  }
}
