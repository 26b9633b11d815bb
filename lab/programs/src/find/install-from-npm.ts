import fs from 'node:fs/promises'
import path from 'node:path'
import { fillCache } from '../fetch/cache.ts'
import { runTool } from '../run-tool.ts'

/**
 * Installs packages of npm in a folder of the cache, in place of what an interrupted install has left there: without
 * optional packages, and without running their scripts.
 *
 * @param manifest the folder's package.json
 * @throws LabError TL_CACHE_NOT_WRITABLE; ToolError with what npm says when it can't install them
 */
export async function installFromNpm(folder: string, manifest: object, env: NodeJS.ProcessEnv): Promise<void> {
  await fs.rm(folder, { recursive: true, force: true })
  await fillCache(folder, async (work) => {
    await fs.writeFile(path.join(work, 'package.json'), JSON.stringify(manifest))
    const flags = [
      '--omit=optional',
      '--ignore-scripts',
      '--engine-strict=false',
      '--no-audit',
      '--no-fund',
      '--silent',
    ]
    await runTool(['npm', 'install', '--prefix', work, ...flags], { env })
  })
}
