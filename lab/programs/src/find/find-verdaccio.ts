import path from 'node:path'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { isExecutable } from './executable.ts'
import { installFromNpm } from './install-from-npm.ts'

const VERSION = '6.10.4'
/** One of its packages is asked for by a tag that not every mirror of npm's registry keeps. */
const MANIFEST = { private: true, dependencies: { verdaccio: VERSION }, overrides: { 'node-fetch': '2.7.0' } }

/**
 * Finds the program of Verdaccio, an npm registry for one machine: in the cache, or installed there by npm. It needs Node 22.
 *
 * @throws LabError TL_CACHE_NOT_WRITABLE; ToolError with what npm says when it can't install it
 */
export async function findVerdaccio(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = path.join(cacheFolder(env), 'verdaccio', VERSION)
  const program = path.join(folder, 'node_modules/verdaccio/bin/verdaccio')
  if (await isExecutable(program)) return program
  await installFromNpm(folder, MANIFEST, env)
  return program
}
