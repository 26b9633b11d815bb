import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** An application in a process of its own. */
export interface App extends AsyncDisposable {
  readonly url: string
}

/** How to start it; `args` are those of `node`, `env` is all it sees beside `PATH`. */
export interface AppOptions {
  readonly cwd: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Starts a program whose first line of output is the port it listens on. */
export async function startApp({ cwd, args, env }: AppOptions): Promise<App> {
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const exited = once(child, 'exit')
  const failed = exited.then(([code]) => {
    throw new Error(`node ${args.join(' ')} ended with ${code} before it listened`)
  })
  const [port] = (await Promise.race([once(createInterface(child.stdout), 'line'), failed])) as [string]
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Settings that start no exporter but one to the standard output. */
export const QUIET_SDK = {
  OTEL_TRACES_EXPORTER: 'console',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
} as const
