import type { Command } from '@throughline/lab-programs'
import type { NamespaceTools } from './namespace-tools.ts'

export interface Place {
  /** Name of a network namespace. */
  namespace: string
  /** User and group to run as, default root. Packet filters tell a proxy from its application by this. */
  uid?: number
}

/**
 * The same command inside a network namespace, with the namespace's own /etc/hosts. Both programs in front of it replace
 * themselves, so the process id is its own.
 *
 * Another user keeps one right of root, to read: what it runs may lie in root's home, as a cache of programs does. It
 * may write only what is its own, so a program that opens its standard output again needs a log file of its own.
 */
export function podCommand(command: Command, place: Place, { ip, setpriv }: NamespaceTools): Command {
  const { namespace, uid } = place
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
