import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface ToolOptions {
  env: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
  /** Milliseconds, default 10 minutes, for slow connections. */
  timeoutMs?: number | undefined
}

/** A program failed; the message is its last line on standard error, or on standard output where there is none. */
export class ToolError extends Error {
  /** Its whole output on standard error. */
  readonly stderr: string

  constructor(message: string, { stderr, cause }: { stderr: string; cause: unknown }) {
    super(message, { cause })
    this.name = 'ToolError'
    this.stderr = stderr
  }
}

const run = promisify(execFile)

/**
 * Runs a program until it ends and returns its output.
 *
 * @throws ToolError with the last line it wrote on standard error, or how it ended
 */
export async function runTool([command = '', ...args]: string[], options: ToolOptions): Promise<string> {
  const { env, signal, timeoutMs = 600_000 } = options
  try {
    const { stdout } = await run(command, args, {
      env,
      timeout: timeoutMs,
      maxBuffer: 16 * 1024 * 1024,
      signal,
    })
    return stdout
  } catch (error) {
    signal?.throwIfAborted()
    const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string }
    const lastLine = (stderr.trim() || stdout.trim()).split('\n').at(-1)
    throw new ToolError(lastLine || (message.split('\n', 1)[0] ?? ''), { stderr, cause: error })
  }
}
