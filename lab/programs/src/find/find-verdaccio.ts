import fs from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { runTool } from '../run-tool.ts'
import { isExecutable } from './executable.ts'

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
  // What an interrupted install has left.
  await fs.rm(folder, { recursive: true, force: true })
  await fillCache(folder, async (work) => {
    await fs.writeFile(path.join(work, 'package.json'), JSON.stringify(MANIFEST))
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
  return program
}
