/** Programs of the user that the steps run; each must be on PATH. */
export type ProgramName = 'docker' | 'kind' | 'minikube' | 'kubectl' | 'helm'

/** A command as a user types it in the root of the repository, without the context of the cluster. */
export interface Command {
  program: ProgramName
  args: readonly string[]
}

const contextFlags: Partial<Record<ProgramName, string>> = { kubectl: '--context', helm: '--kube-context' }

/** Verbs that ask no cluster. */
const local = ['dependency']

/** The arguments of a command for the cluster of one context; undefined leaves it to the current one. */
export function withContext({ program, args }: Command, context: string | undefined): readonly string[] {
  const flag = contextFlags[program]
  if (flag === undefined || context === undefined || local.includes(args[0] ?? '')) return args
  return [flag, context, ...args]
}

/** One line for a shell: `helm --kube-context kind-throughline test throughline …`. */
export function formatCommand(command: Command, context?: string): string {
  return [command.program, ...withContext(command, context)].map(quoteWord).join(' ')
}

/** A word for a shell: as it is where no shell reads anything into it. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
