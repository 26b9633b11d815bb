import path from 'node:path'
import { findGoTool } from '../find/find-go-tool.ts'
import { goTools } from '../build/go-tools.ts'
import { answersOk } from '../http-request.ts'
import { pollUntil } from '../poll-until.ts'
import { takeFreePort } from '../ports.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startProcessGroup } from './process-group.ts'
import { startReaper } from './reaper.ts'

/** A registry of images and charts on this machine, in memory. It speaks HTTP and takes whatever is pushed. */
export interface OciRegistry extends AsyncDisposable {
  /** Such as `localhost:40123`: container engines, Helm and oras speak HTTP with a host of that name. */
  readonly host: string
  close: () => Promise<void>
}

/**
 * Starts an empty registry. It ends with this process at the latest.
 *
 * @throws LabError TL_BINARY_MISSING with every way to get it
 */
export async function startOciRegistry(env: NodeJS.ProcessEnv = process.env): Promise<OciRegistry> {
  const { programs } = await findGoTool(goTools.registry, { env })
  const folder = await temporaryFolder()
  const reaper = await startReaper()
  const port = await takeFreePort()
  const args = ['-port', String(port)]
  const logFile = path.join(folder.path, 'registry.log')
  const group = await startProcessGroup({ command: programs['oci-registry'] ?? '', args }, { logFile, reaper })
  const close = async (): Promise<void> => {
    await group.end(2000)
    await reaper.close()
    await folder[Symbol.asyncDispose]()
  }
  try {
    const isUp = (): Promise<boolean> => answersOk(`http://localhost:${port}/v2/`)
    await pollUntil(isUp, { deadline: 10_000, what: 'the registry' })
  } catch (error) {
    await close()
    throw error
  }
  return { host: `localhost:${port}`, close, [Symbol.asyncDispose]: close }
}
