import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { takeFreePort } from '@throughline/lab-programs'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')

export interface ComposeOptions {
  /** Settings that a user would put into `.env`. */
  env?: Record<string, string>
  /** Arguments before the command: `--profile x`, `--env-file y`. */
  args?: string[]
}

export interface RunningCompose extends AsyncDisposable {
  pageUrl: string
  jaegerUrl: string
  prometheusUrl: string
  consulUrl: string
  zipkinUrl: string
  /** Runs `docker compose <args>` for these containers and returns its output. */
  compose: (...args: string[]) => Promise<string>
  /** The same with other values in `.env`. */
  composeWith: (env: Record<string, string>, ...args: string[]) => Promise<string>
  /** Runs `docker <args>` with the same engine. */
  docker: (...args: string[]) => Promise<string>
  /** Their values in `.env`. */
  variables: Record<string, string>
  /** Name of the compose project: containers, networks and volumes begin with it. */
  project: string
}

/** `docker compose up --wait` in a separate project, on free ports, and `down --volumes` at the end. */
export async function upCompose({ env = {}, args = [] }: ComposeOptions = {}): Promise<RunningCompose> {
  const [page, jaeger] = [await takeFreePort(), await takeFreePort()]
  const [prometheus, consul, zipkin] = [await takeFreePort(), await takeFreePort(), await takeFreePort()]
  const project = `throughline-test-${page}`
  const variables = {
    PAGE_PORT: String(page),
    JAEGER_PORT: String(jaeger),
    PROMETHEUS_PORT: String(prometheus),
    CONSUL_PORT: String(consul),
    ZIPKIN_PORT: String(zipkin),
    ...env,
  }
  const docker = async (more: Record<string, string>, ...command: string[]): Promise<string> => {
    const { stdout } = await run('docker', command, {
      cwd: root,
      env: { ...process.env, ...variables, ...more },
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  }
  const composeWith = (more: Record<string, string>, ...command: string[]): Promise<string> =>
    docker(more, 'compose', '--project-name', project, ...args, ...command)
  const compose = (...command: string[]): Promise<string> => composeWith({}, ...command)
  const down = async (): Promise<void> => void (await compose('--profile', '*', 'down', '--volumes'))
  try {
    await compose('up', '--wait')
  } catch (error) {
    const logs = await compose('logs', '--no-color', '--tail', '20').catch(() => '')
    await down().catch(() => {})
    throw new Error(`docker compose up failed:\n${String(error)}\n${logs}`, { cause: error })
  }
  return {
    project,
    variables,
    pageUrl: `http://127.0.0.1:${page}`,
    jaegerUrl: `http://127.0.0.1:${jaeger}`,
    prometheusUrl: `http://127.0.0.1:${prometheus}`,
    consulUrl: `http://127.0.0.1:${consul}`,
    zipkinUrl: `http://127.0.0.1:${zipkin}`,
    compose,
    composeWith,
    docker: (...command) => docker({}, ...command),
    [Symbol.asyncDispose]: down,
  }
}
