import type http from 'node:http'
import { parse } from 'yaml'
import { badRequest, KubeError } from './kube-error.ts'
import type { Json } from './kube-object.ts'

const MAX_BYTES = 16 * 1024 * 1024

/**
 * The parsed body; undefined for an empty one. JSON, or YAML from an apply.
 *
 * @throws KubeError 400, 413, and 415 for protobuf, which Istio's programs don't send
 */
export async function readBody(request: http.IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BYTES) throw new KubeError(413, 'RequestEntityTooLarge', `the body has more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  if (size === 0) return undefined
  if (request.headers['content-type']?.includes('protobuf')) {
    throw new KubeError(415, 'UnsupportedMediaType', 'the fake Kubernetes API speaks JSON')
  }
  const text = Buffer.concat(chunks).toString()
  try {
    return (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : parse(text)) as Json
  } catch (error) {
    throw badRequest(`the body can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
