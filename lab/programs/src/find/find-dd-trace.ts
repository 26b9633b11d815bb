import fs from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { installFromNpm } from './install-from-npm.ts'

/** The newest that runs on Node 20, and the newest. */
const RELEASES = { old: '5.132.0', current: '6.21.0' }
const CURRENT_FROM = 22

/**
 * Finds Datadog's tracer for a major version of Node, to compare ours with it: the folder of the package, in the cache or
 * installed there by npm without its native parts, which profile and look for attacks.
 *
 * @throws LabError TL_CACHE_NOT_WRITABLE; ToolError with what npm says when it can't install it
 */
export async function findDdTrace(major: number, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const version = major < CURRENT_FROM ? RELEASES.old : RELEASES.current
  const folder = path.join(cacheFolder(env), 'dd-trace', version)
  const found = path.join(folder, 'node_modules/dd-trace')
  if (await isInstalled(found)) return found
  await installFromNpm(folder, { private: true, dependencies: { 'dd-trace': version } }, env)
  return found
}

async function isInstalled(folder: string): Promise<boolean> {
  const stat = await fs.stat(path.join(folder, 'package.json')).catch(() => undefined)
  return stat?.isFile() === true
}
