import http from 'node:http'

/**
 * Probes the service of this environment: whether it lives (`/health`), or whether it is ready
 * (`/health/ready`). A probe that runs inside the container reaches a service that listens on loopback or on a socket
 * only, and is not intercepted by a sidecar that requires mutual TLS.
 *
 * @param what `ready`, or anything else for liveness
 * @returns what is wrong, in one line; `undefined` when the answer is 200
 */
export async function checkHealth(env: NodeJS.ProcessEnv, what: string | undefined): Promise<string | undefined> {
  const path = what === 'ready' ? '/health/ready' : '/health'
  const socketPath = env['SOCKET_PATH']
  const host = env['HOST'] ?? ''
  const where = socketPath
    ? { socketPath }
    : { host: WILDCARDS.has(host) ? '127.0.0.1' : host, port: Number(env['PORT']) }
  try {
    const status = await ask({ ...where, path })
    return status === 200 ? undefined : `${path} answered ${status}`
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Addresses to listen on that can't be called. */
const WILDCARDS = new Set(['', '0.0.0.0', '::'])

/** Less than the timeout of a probe, so that the reason is reported before the probe is killed. */
const TIMEOUT_MS = 4000

function ask(options: http.RequestOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({ ...options, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.once('error', reject)
  })
}
