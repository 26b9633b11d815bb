import { createLab } from '@throughline/lab-stack'
import { createProgress } from './progress.ts'
import { runUntilStopped } from './run-until-stopped.ts'

/**
 * `throughline dev`: the sidecars and the trace store on the demo's ports, until Ctrl-C. scripts/dev.mjs starts and reloads
 * the services, with the environment of `devEnvironment`.
 */
export async function dev(): Promise<void> {
  const progress = createProgress(process.stderr)
  const token = process.env['MESH_CONTROL_TOKEN']
  const start = async (signal: AbortSignal) => {
    const lab = await createLab({
      ports: 'demo',
      services: 'expected',
      controlToken: token || undefined,
      log: progress.line,
      signal,
    })
    progress.line(`Sidecars are running; the page will be at ${lab.dashboardUrl}, the logs are in ${lab.runDir}`)
    return lab
  }
  await runUntilStopped(start, () => progress.line('Stopping'))
}
