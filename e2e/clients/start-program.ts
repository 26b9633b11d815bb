import { fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'

export interface ProgramOptions {
  /** Its project. */
  folder: string
  /** The Node binary. */
  node: string
  env?: NodeJS.ProcessEnv | undefined
  /** Arguments of Node before the program. Default: telemetry's preload. */
  execArgv?: string[] | undefined
}

export interface Program extends AsyncDisposable {
  /** Its URL, when it sent one port. */
  url: string
  /** Its IPC message once it listens. */
  message: unknown
  /** Stops it by SIGTERM, so that spans are flushed; returns its standard error. */
  stop: () => Promise<string>
}

const PRELOAD = ['--import', '@throughline/telemetry/register']

/** Starts a program that sends its port by IPC, or its ports. */
export async function startProgram(program: string, options: ProgramOptions): Promise<Program> {
  const { folder, node, env, execArgv = PRELOAD } = options
  const child = fork(program, {
    cwd: folder,
    execPath: node,
    execArgv,
    env: {
      PATH: process.env['PATH'],
      // Uploads that a parser keeps go with the project.
      TMPDIR: folder,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_NO_WARNINGS: '1',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit')
  const stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr)
  const started = once(child, 'message').then(([sent]: unknown[]) => sent)
  const message = await Promise.race([started, exited.then(() => undefined)])
  if (message === undefined) throw new Error(`${program} ended before it listened: ${await stderr}`)
  return {
    url: `http://127.0.0.1:${Number(message)}`,
    message,
    async stop() {
      child.kill('SIGTERM')
      await exited
      return stderr
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A body in two parts that can't arrive as one. */
const TWO_PARTS = ['first', 'x'.repeat(300_000)] as const

/** Sends a body and returns status and body of the answer. */
export async function post(
  url: string,
  headers: http.OutgoingHttpHeaders,
  [first, rest] = TWO_PARTS as readonly [string, string],
): Promise<{ status: number; body: string }> {
  const request = http.request(url, { method: 'POST', headers, agent: false })
  const response = once(request, 'response')
  request.write(first)
  request.end(rest)
  const [answer] = (await response) as [http.IncomingMessage]
  return { status: answer.statusCode ?? 0, body: await text(answer) }
}
