import { LabError, messageOf } from '@throughline/lab-programs'
import type { ChosenCluster } from './choose-cluster.ts'
import type { ClusterClient } from './cluster-client.ts'
import { formatCommand, quoteWord } from './command.ts'
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

/** What Helm says of a release that a killed Helm left. */
const PENDING = /another operation \([^()]*\) is in progress/

function explainPending(error: unknown, { context }: Pick<ChosenCluster, 'context'>): LabError {
  const down = `npm run cluster -- --down --context ${quoteWord(context)}`
  const why = 'An earlier run was interrupted, or another one is at work. Where none is'
  return new LabError(
    'TL_PROGRAM_FAILED',
    `${messageOf(error)}
${why}: ${down}, and then the same command`,
  )
}

/** Runs one step, unless the run was cancelled. */
export async function runStep(step: Step, { client, cluster, log, signal }: StepRun): Promise<DoneStep> {
  signal?.throwIfAborted()
  log(`${step.does} …`)
  const start = performance.now()
  const output = await client.run(step).catch((error: unknown) => {
    throw PENDING.test(messageOf(error)) ? explainPending(error, cluster) : error
  })
  return { command: formatCommand(step, cluster.context), seconds: (performance.now() - start) / 1000, output }
}
