import http from 'node:http'
import https from 'node:https'
import { BackendError } from './trace-backend.ts'

/** How a backend is reached. */
export interface BackendAccess {
  /** Without a trailing slash. */
  url: string
  /** Headers of every request, such as `authorization` or Tempo's tenant; never stored or printed. */
  headers: Record<string, string>
  /** Certificates in PEM that are trusted besides the system's. */
  ca?: string | undefined
  /** Milliseconds for one request, default 5000. */
  timeoutMs?: number | undefined
}

const MAX_BYTES = 64 * 1024 * 1024

/**
 * The JSON at a path of a backend; undefined for 404.
 *
 * @throws BackendError for anything else that is not JSON with status 200
 */
export async function fetchJson(access: BackendAccess, path: string): Promise<unknown> {
  const { status, body } = await get(access, path)
  if (status === 404) return undefined
  const at = `${access.url}${path.split('?')[0]}`
  if (status === 401 || status === 403) {
    throw new BackendError(`${at} answered ${status}: it requires credentials (--traces-header 'authorization: …')`)
  }
  if (status !== 200) throw new BackendError(`${at} answered ${status}`)
  try {
    return JSON.parse(body)
  } catch {
    throw new BackendError(`${at} answered, but not with JSON: is that the query address of a trace backend?`)
  }
}

function get(access: BackendAccess, path: string): Promise<{ status: number; body: string }> {
  const { url, headers, ca, timeoutMs = 5000 } = access
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const reason = error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message
      reject(new BackendError(`${url} can’t be read: ${reason}`, { cause: error }))
    }
    const target = new URL(`${url}${path}`)
    const options = { headers: { accept: 'application/json', ...headers }, signal: AbortSignal.timeout(timeoutMs) }
    const request =
      target.protocol === 'https:'
        ? https.get(target, { ...options, ...(ca !== undefined && { ca }) })
        : http.get(target, options)
    request.once('error', fail).once('response', (answer) => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) answer.destroy(new Error(`more than ${MAX_BYTES} bytes`))
        else chunks.push(chunk)
      })
      answer.once('error', fail)
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    })
  })
}
