import http from 'node:http'

/**
 * The probe of a container: `node healthcheck.js` asks the service beside it whether it lives, `node healthcheck.js ready`
 * whether it is ready. Exit code 0 or 1; one line on standard error says what is wrong.
 *
 * A probe that runs inside the container reaches a service that listens on loopback or on a socket only, and is no
 * matter for a sidecar that demands mutual TLS. The file imports nothing of ours, so an image can hold it alone.
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

/** Addresses one listens on, but can't ask. */
const WILDCARDS = new Set(['', '0.0.0.0', '::'])

/** Less than the timeout of a probe, so that the reason is told before the probe is killed. */
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

if (process.argv[1] === import.meta.filename) {
  const problem = await checkHealth(process.env, process.argv[2])
  if (problem !== undefined) process.stderr.write(`${problem}\n`)
  process.exit(problem === undefined ? 0 : 1)
}
