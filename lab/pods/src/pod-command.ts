import type { Command } from '@throughline/lab-programs'
import type { NamespaceTools } from './namespace-tools.ts'

export interface PodCommandOptions {
  /** Name of the pod's network namespace. */
  namespace: string
  /** User and group to run as, default root. A packet filter uses it to tell a proxy from its application. */
  uid?: number | undefined
}

/**
 * The same command inside a pod, with the pod's own /etc/hosts. Both wrapper programs replace themselves, so the
 * process id is the command's own.
 *
 * Another user keeps one capability of root, to read every file, because programs may be in root's home, as the cache
 * is. It can write only its own files, so a program that reopens its standard output needs a log file that it owns.
 */
export function podCommand(command: Command, options: PodCommandOptions, { ip, setpriv }: NamespaceTools): Command {
  const { namespace, uid } = options
  const asUser =
    uid === undefined
      ? []
      : [
          setpriv,
          `--reuid=${uid}`,
          `--regid=${uid}`,
          '--clear-groups',
          '--inh-caps=+dac_read_search',
          '--ambient-caps=+dac_read_search',
          '--',
        ]
  return {
    ...command,
    command: ip,
    args: ['netns', 'exec', namespace, ...asUser, command.command, ...(command.args ?? [])],
  }
}
