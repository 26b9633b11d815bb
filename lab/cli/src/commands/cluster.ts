import fs from 'node:fs'
import path from 'node:path'
import {
  bringUp,
  type ChosenCluster,
  chooseCluster,
  clusterSteps,
  type ClusterSettings,
  type DoneStep,
  formatCommand,
  openPage,
  quoteWord,
  takeDown,
} from '@throughline/lab-cluster'
import { LabError } from '@throughline/lab-programs'
import { clusterHelp, type ClusterOptions, parseClusterOptions } from './cluster-options.ts'
import { createProgress } from './progress.ts'
import { stopSignals } from './stop-signals.ts'

/** `throughline cluster`: from a cluster to the proven application, and `--down`. */
export async function cluster(args: string[]): Promise<void> {
  const options = parseClusterOptions(args)
  if (options.help) {
    console.log(clusterHelp)
    return
  }
  const { env } = process
  const progress = createProgress(process.stderr)
  const controller = new AbortController()
  const cancel = (): void => {
    const again = options.down ? 'The same command removes the rest.' : 'With --down it removes what there is so far.'
    controller.abort(new LabError('TL_PROGRAM_FAILED', `interrupted. ${again}`))
  }
  for (const signal of stopSignals) process.once(signal, cancel)
  const run = { env, log: progress.line, signal: controller.signal }
  try {
    const chosen = await chooseCluster(options.context, env)
    if (options.down) {
      printDone(await takeDown(chosen, { ...run, dryRun: options.dryRun }), options, chosen)
      return
    }
    const settings = toSettings(options, chosen)
    if (options.dryRun) {
      const steps = clusterSteps({ ...settings, cluster: chosen, createCluster: chosen.create })
      console.log(steps.map((step) => formatCommand(step, chosen.context)).join('\n'))
      return
    }
    progress.line(`Using context ${chosen.context}${chosen.create ? ', a kind cluster that is made now' : ''}.`)
    const done = await bringUp(chosen, settings, run)
    progress.done()
    printDone(done, options, chosen)
    if (options.page) await showPage(chosen, run)
  } catch (error) {
    controller.signal.throwIfAborted()
    throw error
  } finally {
    for (const signal of stopSignals) process.off(signal, cancel)
    progress.done()
  }
}

/** @throws LabError TL_USAGE where the images have no way into the cluster */
function toSettings(options: ClusterOptions, chosen: ChosenCluster): Omit<ClusterSettings, 'cluster'> {
  if (chosen.kind === 'other' && options.registry === undefined && options.images) {
    throw new LabError(
      'TL_USAGE',
      `${chosen.context} is not kind, minikube or Docker Desktop on this machine, so images have to be pulled: add ` +
        '--registry HOST with a registry that you may push to, or --no-images where the cluster has them.',
    )
  }
  const values = existing('--values', options.values)
  const folder = existing('--mesh-values', options.meshValues)
  return {
    ...options,
    values,
    meshValues: (release) => {
      const file = path.join(folder ?? '', `${release}.yaml`)
      return folder !== undefined && fs.existsSync(file) ? file : undefined
    },
  }
}

/** Found where the user typed it: npm runs a script in the root of the repository. */
function existing(flag: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const found = path.resolve(process.env['INIT_CWD'] ?? '', file)
  if (fs.existsSync(found)) return found
  throw new LabError('TL_USAGE', `${flag}: there is no ${found}`)
}

function printDone(done: readonly DoneStep[], { down, dryRun }: ClusterOptions, { context }: ChosenCluster): void {
  if (done.length === 0) {
    if (down) console.log(`Nothing in ${context} was created by this command.`)
    return
  }
  if (dryRun) {
    console.log(done.map(({ command }) => command).join('\n'))
    return
  }
  for (const { output } of done) {
    const proof = output.split('\n').filter((line) => /^(ok|WRONG) /.test(line))
    if (proof.length > 0) console.log(`${proof.join('\n')}\n`)
  }
  const total = done.reduce((sum, { seconds }) => sum + seconds, 0)
  console.log(`What was done, in ${total.toFixed(0)} s:`)
  for (const { command, seconds } of done) console.log(`  ${command}  # ${seconds.toFixed(0)} s`)
}

async function showPage(chosen: ChosenCluster, run: Parameters<typeof openPage>[1]): Promise<void> {
  await using page = await openPage(chosen.context, run)
  console.log(
    `\nThe page: ${page.url}  (Ctrl-C closes it; the cluster stays: npm run cluster -- --down --context ${quoteWord(chosen.context)})`,
  )
  await page.closed
}
