import type http from 'node:http'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

import { RequestError, describeCause, malformed } from './request-error.ts'

/** Largest body taken, before and after decompression. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)

const tooLarge = (): RequestError =>
  new RequestError(
    'TL_TRACE_TOO_LARGE',
    `the body is larger than ${MAX_BODY_BYTES} bytes (counted after decompression)`,
  )

async function collect(request: http.IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // Read on past the limit without keeping anything: leaving early would reset the connection before the answer is seen.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > MAX_BODY_BYTES) throw tooLarge()
  return Buffer.concat(chunks)
}

async function decompress(body: Buffer): Promise<Buffer> {
  try {
    return await gunzip(body, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge()
    throw malformed(`the body is not gzip: ${describeCause(error)}`, error)
  }
}

/** Reads a whole request body, gzip or plain. Throws a RequestError: too large (413), another encoding (415), broken gzip (400). */
export async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new RequestError('TL_TRACE_MEDIA_TYPE', 'content-encoding must be gzip or absent')
  }
  const body = await collect(request)
  return encoding === 'gzip' ? await decompress(body) : body
}

/** The media type of a request without its parameters, in lower case; empty when there is none. */
export const mediaType = (request: http.IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Reads a body as JSON. Throws a RequestError (400) with the parser's reason. */
export function decodeJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch (error) {
    throw malformed(`the body is not JSON: ${describeCause(error)}`, error)
  }
}
