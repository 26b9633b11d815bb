import type http from 'node:http'
import zlib from 'node:zlib'

import { MAX_BODIES_BYTES, MAX_BODY_BYTES } from './limits.ts'
import { RequestError, describeCause, malformed } from './request-error.ts'
import { createRoom } from './room.ts'
import type { Lease } from './room.ts'

/** Reads request bodies, all of them within one bound on memory. */
export interface BodyReader {
  /**
   * Reads a whole body, gzip or plain, and hands it to `use`. Rejects with a RequestError: too large (413), another
   * encoding (415), broken gzip (400), too many bodies at once (503).
   */
  read: (request: http.IncomingMessage, use: (body: Buffer) => void) => Promise<void>
}

const tooLarge = (): RequestError =>
  new RequestError(
    'TL_TRACE_TOO_LARGE',
    `the body is larger than ${MAX_BODY_BYTES} bytes (counted after decompression)`,
  )

async function collect(request: http.IncomingMessage, lease: Lease): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // Reads past the limit without keeping anything: stopping early would reset the connection before the client sees
    // the answer.
    if (size > MAX_BODY_BYTES) chunks.length = 0
    else {
      await lease.take(chunk.length)
      chunks.push(chunk)
    }
  }
  if (size > MAX_BODY_BYTES) throw tooLarge()
  return Buffer.concat(chunks)
}

async function decompress(body: Buffer, lease: Lease): Promise<Buffer> {
  const gunzip = zlib.createGunzip()
  gunzip.end(body)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) throw tooLarge()
      await lease.take(chunk.length)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof RequestError) throw error
    throw malformed(`the body is not gzip: ${describeCause(error)}`, error)
  }
  return Buffer.concat(chunks)
}

/** A reader whose bodies together hold no more than 32 MiB. */
export function createBodyReader(): BodyReader {
  const room = createRoom({ size: MAX_BODIES_BYTES })
  return {
    async read(request, use) {
      const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
      if (encoding !== 'identity' && encoding !== 'gzip') {
        throw new RequestError('TL_TRACE_MEDIA_TYPE', 'content-encoding must be gzip or absent')
      }
      const lease = room.enter(() => request.destroy())
      try {
        const body = await collect(request, lease)
        use(encoding === 'gzip' ? await decompress(body, lease) : body)
      } finally {
        lease.release()
      }
    },
  }
}

/** The media type of a request without its parameters, in lower case; empty when there is none. */
export const mediaType = (request: http.IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
