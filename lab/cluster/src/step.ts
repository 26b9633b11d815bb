import type { Command } from './command.ts'

/** Something in a cluster, or a cluster, that a step makes and `--down` removes. */
export type Creation =
  | { kind: 'cluster'; name: string }
  | { kind: 'namespace'; name: string }
  | { kind: 'release'; name: string; namespace: string; owner: 'mesh' | 'application' }

/** One command on the way, and what is there after it. */
export interface Step extends Command {
  /** What the user waits for, without a full stop. */
  does: string
  creates?: Creation
  /** Where this is someone else's, the step is left out. */
  follows?: Creation
}
