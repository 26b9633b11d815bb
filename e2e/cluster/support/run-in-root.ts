import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const root = path.join(import.meta.dirname, '../../..')

/**
 * Runs a program in the root of the repository, and gives what it printed.
 *
 * @throws with everything that it printed
 */
export async function runInRoot({ env }: { env: NodeJS.ProcessEnv }, ...command: string[]): Promise<string> {
  const [program = '', ...args] = command
  try {
    return (await run(program, args, { cwd: root, env, timeout: 300_000 })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}
