import type { ChosenCluster } from './choose-cluster.ts'
import type { ClusterClient } from './cluster-client.ts'
import { formatCommand } from './command.ts'
import type { Step } from './step.ts'

/** A command that was run, and how long it took. */
export interface DoneStep {
  command: string
  seconds: number
  /** What it printed. */
  output: string
}

export interface StepRun {
  client: Pick<ClusterClient, 'run'>
  cluster: Pick<ChosenCluster, 'context'>
  /** One line for each step; a line that ends in `…` is still in progress. */
  log: (line: string) => void
  signal?: AbortSignal | undefined
}

/** Runs one step, unless the run was cancelled. */
export async function runStep(step: Step, { client, cluster, log, signal }: StepRun): Promise<DoneStep> {
  signal?.throwIfAborted()
  log(`${step.does} …`)
  const start = performance.now()
  const output = await client.run(step)
  return { command: formatCommand(step, cluster.context), seconds: (performance.now() - start) / 1000, output }
}
