import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  answersOk,
  createProgram,
  findOnPath,
  isPortFree,
  LabError,
  startReaper,
  takeFreePort,
} from '@throughline/lab-programs'
import type { ClusterRun } from './bring-up.ts'
import { APPLICATION_NAMESPACE } from './cluster-steps.ts'
import { withContext } from './command.ts'

export interface OpenPage extends AsyncDisposable {
  url: string
  /** Resolves when the run is cancelled. */
  closed: Promise<void>
}

/** Port of the page, here and in its pod. */
const PAGE_PORT = 9002

/**
 * Keeps a port-forward to the dashboard open until the run is cancelled, again after its pod was replaced. On another port
 * where 9002 is taken.
 *
 * @throws LabError TL_PROGRAM_FAILED with kubectl's last lines
 */
export async function openPage(context: string, { env, log, signal }: ClusterRun): Promise<OpenPage> {
  const kubectl = await findOnPath('kubectl', env)
  if (kubectl === undefined) throw new LabError('TL_BINARY_MISSING', 'kubectl is not on PATH.')
  const port = (await isPortFree(PAGE_PORT)) ? PAGE_PORT : await takeFreePort()
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-page-'))
  const reaper = await startReaper({ folder })
  const url = `http://localhost:${port}`
  const forward = ['port-forward', 'deployment/dashboard', `${port}:${PAGE_PORT}`, '--namespace', APPLICATION_NAMESPACE]
  const program = createProgram({
    name: 'kubectl port-forward',
    command: kubectl,
    args: [...withContext({ program: 'kubectl', args: forward }, context)],
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    logFile: path.join(folder, 'port-forward.log'),
    reaper,
    isReady: () => answersOk(`${url}/health`),
    log,
  })
  const close = async (): Promise<void> => {
    await program.stop()
    await reaper.close()
  }
  try {
    await program.start()
  } catch (error) {
    await close()
    throw error
  }
  const untilCancelled = async (): Promise<void> => {
    if (signal !== undefined && !signal.aborted) await once(signal, 'abort')
  }
  return { url, closed: untilCancelled(), [Symbol.asyncDispose]: close }
}
