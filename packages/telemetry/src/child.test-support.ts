import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'

export interface Child extends AsyncDisposable {
  /** The first message of the child. */
  message(): Promise<unknown>
  kill(signal: NodeJS.Signals): void
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  stderr: Promise<string>
}

export interface FixtureOptions {
  env: NodeJS.ProcessEnv
  preload?: boolean
}

/** Compiles this package, so that a child process runs the same code as users. Quick when nothing has changed. */
export function buildPackage(): void {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = fileURLToPath(new URL('bin/tsc', `file://${typescript}`))
  execFileSync(process.execPath, [tsc, '-b'], { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' })
}

/** Runs a fixture; `preload` adds `--import @throughline/telemetry/register`. */
export function startFixture(fixture: URL, { preload = true, env }: FixtureOptions): Child {
  const child = fork(fileURLToPath(fixture), {
    execArgv: preload ? ['--import', '@throughline/telemetry/register'] : [],
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  return {
    message: async () => (await once(child, 'message'))[0] as unknown,
    kill: (signal) => child.kill(signal),
    exited,
    stderr: child.stderr === null ? Promise.resolve('') : text(child.stderr),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
