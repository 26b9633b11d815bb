import { execFile, spawn } from 'node:child_process'
import { pollUntil } from '@throughline/lab-programs'
import { root } from './run-in-root.ts'

interface Ended {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs a command of the repository as its user does, to its end. */
export function runScript(args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: root, env, timeout: 600_000, maxBuffer: 16 * 1024 * 1024 }
    execFile(process.execPath, ['scripts/run.mjs', ...args], options, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })
}

export interface StartedScript extends AsyncDisposable {
  /** Standard output so far, once something of it matches. */
  untilPrinted: (pattern: RegExp, deadline: number) => Promise<string>
  /** Ends it as Ctrl-C does. */
  interrupt: () => Promise<Ended>
}

/** The same for a command that its user ends by Ctrl-C. */
export function startScript(args: string[], env: NodeJS.ProcessEnv): StartedScript {
  const child = spawn(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }))
  })
  const interrupt = (): Promise<Ended> => {
    child.kill('SIGINT')
    return ended
  }
  return {
    async untilPrinted(pattern, deadline) {
      const what = String(pattern)
      await pollUntil(() => child.exitCode !== null || pattern.test(stdout), { what, deadline, interval: 500 })
      if (!pattern.test(stdout)) throw new Error(`it ended with ${child.exitCode}: ${stdout}${stderr}`)
      return stdout
    },
    interrupt,
    [Symbol.asyncDispose]: async () => void (await interrupt()),
  }
}
