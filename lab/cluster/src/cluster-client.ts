import { execFile } from 'node:child_process'
import { LabError } from '@throughline/lab-programs'
import { type Command, formatCommand, type ProgramName, withContext } from './command.ts'
import { requirePrograms } from './programs.ts'
import { repositoryRoot } from './repository-root.ts'

/** The user's programs. */
export interface Programs {
  /** @throws LabError TL_BINARY_MISSING, with a line for each that is missing */
  require: (names: readonly ProgramName[]) => Promise<void>
  /**
   * Runs a command in the root of the repository, and gives what it printed.
   *
   * @param context of the kubeconfig; undefined leaves it to the current one
   * @throws LabError TL_PROGRAM_FAILED with its last lines
   */
  run: (command: Command, context: string | undefined, input?: string) => Promise<string>
}

/** Lines of a failed command's output that its error repeats. */
const TAIL = 20

/** The programs on PATH. */
export function createPrograms(env: NodeJS.ProcessEnv, signal?: AbortSignal): Programs {
  return {
    require: (names) => requirePrograms(names, env),
    run: (command, context, input) =>
      new Promise((resolve, reject) => {
        const options = { cwd: repositoryRoot, env, signal, maxBuffer: 64 * 1024 * 1024 }
        const child = execFile(command.program, withContext(command, context), options, (error, stdout, stderr) => {
          if (error === null) resolve(stdout)
          else reject(failure(formatCommand(command, context), { error, output: `${stdout}${stderr}` }))
        })
        // A program that ended early reads nothing more.
        child.stdin?.on('error', () => {})
        child.stdin?.end(input)
      }),
  }
}

function failure(command: string, { error, output }: { error: Error; output: string }): LabError {
  const said = output.trim().split('\n').slice(-TAIL).join('\n')
  return new LabError('TL_PROGRAM_FAILED', `${command}\nfailed:\n${said === '' ? error.message : said}`, {
    cause: error,
  })
}

/** kubectl and Helm against one cluster. */
export interface ClusterClient {
  run: (command: Command, input?: string) => Promise<string>
  kubectl: (...args: string[]) => Promise<string>
  helm: (...args: string[]) => Promise<string>
}

export function createClusterClient(context: string, { run }: Pick<Programs, 'run'>): ClusterClient {
  return {
    run: (command, input) => run(command, context, input),
    kubectl: (...args) => run({ program: 'kubectl', args }, context),
    helm: (...args) => run({ program: 'helm', args }, context),
  }
}
