import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../fetch/cache-folder.ts'
import type { GoTool } from './go-tools.ts'

/** The root of the repository, for both the sources and the build. */
const root = new URL('../../../../', import.meta.url)

/** The folder with a tool's versions and checksums, if that is in this repository. */
export function goModuleFolder(folder: string): string {
  return path.resolve(root.pathname, folder)
}

/** The cache folder of a tool as it would be built now: another version, checksum or flag gives another folder. */
export async function goToolFolder(tool: GoTool, env: NodeJS.ProcessEnv): Promise<string> {
  const { version, from, ldflags, programs, files } = tool
  const hash = createHash('sha256').update(
    JSON.stringify({ ...('folder' in from ? {} : { from }), ldflags, programs, files }),
  )
  if ('folder' in from) {
    const folder = goModuleFolder(from.folder)
    const sources = (await fs.readdir(folder)).filter((name) => name.endsWith('.go')).toSorted()
    for (const name of ['go.mod', 'go.sum', ...sources]) hash.update(await fs.readFile(path.join(folder, name)))
  }
  return path.join(cacheFolder(env), tool.name, `${version}-${hash.digest('hex').slice(0, 12)}`)
}
