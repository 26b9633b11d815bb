import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { BackendError, BackendUnreachableError } from './trace-backend.ts'

/** How a backend is reached. */
export interface BackendAccess {
  /** Without a trailing slash. */
  url: string
  /** Headers of every request, such as `authorization` or Tempo's tenant; never stored or printed. */
  headers: Record<string, string>
  /** Certificates in PEM that are trusted besides those that Node trusts by itself, NODE_EXTRA_CA_CERTS included. */
  ca?: string | undefined
  /** Milliseconds for one request, default 5000. */
  timeoutMs?: number | undefined
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/
const MAX_BYTES = 64 * 1024 * 1024

/**
 * The JSON at a path of a backend; undefined for 404.
 *
 * @throws BackendError for anything else that is not JSON with status 200
 */
export async function fetchJson(access: BackendAccess, path: string): Promise<unknown> {
  const body = await fetchText(access, path)
  if (body === undefined) return undefined
  try {
    return JSON.parse(body)
  } catch {
    throw new BackendError(
      `${nameAddress(access, path)} answered, but not with JSON: is that the query address of a trace backend?`,
    )
  }
}

/**
 * The text at a path of a backend; undefined for 404.
 *
 * @throws BackendError for any other status than 200
 */
export async function fetchText(access: BackendAccess, path: string): Promise<string | undefined> {
  const { status, body, location } = await get(access, path)
  if (status === 200) return body
  if (status === 404) return undefined
  const answered = `${nameAddress(access, path)} answered ${status}`
  if (status === 401 || status === 403) {
    throw new BackendUnreachableError(`${answered}: it requires credentials (--traces-header 'authorization: …')`)
  }
  if (location !== undefined) {
    throw new BackendError(`${answered} and points to ${location}: give the address that answers by itself`)
  }
  throw new BackendError(status >= 500 ? `${answered}: the backend, or a proxy in front of it, fails` : answered)
}

/** The address of a request, without its query. */
const nameAddress = ({ url }: BackendAccess, path: string): string => `${url}${path.split('?')[0]}`

interface Answer {
  status: number
  body: string
  /** Origin and path that a redirect points to; its query may be secret. */
  location: string | undefined
}

function get(access: BackendAccess, path: string): Promise<Answer> {
  const { url, headers, ca, timeoutMs = 5000 } = access
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const reason = error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message
      reject(new BackendUnreachableError(`${url} can’t be read: ${reason}`, { cause: error }))
    }
    const target = new URL(`${url}${path}`)
    const options = {
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
      // Node’s own agent may have a proxy (NODE_USE_ENV_PROXY), which leads nowhere on this machine.
      ...(LOOPBACK.test(target.hostname) && { agent: false }),
    }
    const request =
      target.protocol === 'https:'
        ? https.get(target, { ...options, ...(ca !== undefined && { ca: [...trustedByNode(), ca] }) })
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
      answer.once('end', () => {
        const { statusCode: status = 0 } = answer
        const location = status >= 300 && status < 400 ? readLocation(answer.headers.location, target) : undefined
        resolve({ status, body: Buffer.concat(chunks).toString(), location })
      })
    })
  })
}

/** Only newer Nodes list what NODE_EXTRA_CA_CERTS adds. */
function trustedByNode(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] }
  if (getCACertificates !== undefined) return getCACertificates('default')
  try {
    return [...tls.rootCertificates, fs.readFileSync(process.env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8')]
  } catch {
    // Node has warned of one that can't be read.
    return [...tls.rootCertificates]
  }
}

function readLocation(location: string | undefined, from: URL): string | undefined {
  const url = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  return url && `${url.origin}${url.pathname}`.slice(0, 300)
}
