import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf } from '../errors.ts'
import { runTool } from '../run-tool.ts'

export interface DebianPackages {
  /** Names, from the release of this machine. */
  own: readonly string[]
  /** Names, from a later release: newer programs that need no newer C library. */
  next: { suite: string; names: readonly string[] }
}

/**
 * Unpacks Debian packages into a folder, with this machine's own apt and its mirrors. Nothing is installed and no service
 * is started.
 *
 * @param folder where the packages' files go, as below `/`
 * @throws LabError TL_BINARY_MISSING on a machine that isn't Debian, or where apt can't fetch them
 */
export async function unpackDebianPackages(
  { own, next }: DebianPackages,
  { folder, env, signal }: { folder: string; env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<void> {
  const work = path.join(folder, '.apt')
  const run = (command: string[]): Promise<string> => runTool(command, { env, signal })
  try {
    const codename = /^VERSION_CODENAME=(\w+)/m.exec(await fs.readFile('/etc/os-release', 'utf8'))?.[1]
    if (codename === undefined) throw new Error('/etc/os-release names no release of Debian')
    for (const name of ['lists/partial', 'cache/archives/partial', 'sources', 'packages']) {
      await fs.mkdir(path.join(work, name), { recursive: true })
    }
    const sources = await fs.readFile('/etc/apt/sources.list.d/debian.sources', 'utf8')
    await fs.writeFile(path.join(work, 'sources/next.sources'), sources.replaceAll(codename, next.suite))
    // Lists of its own: the machine's stay as they are.
    const options = (parts: string, lists: string): string[] =>
      Object.entries({
        'APT::Sandbox::User': 'root',
        'Dir::Etc::sourcelist': '/dev/null',
        'Dir::Etc::sourceparts': parts,
        'Dir::State::lists': path.join(work, lists),
        'Dir::Cache': path.join(work, 'cache'),
      }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    for (const { names, parts, lists } of [
      { names: next.names, parts: path.join(work, 'sources'), lists: 'lists' },
      { names: own, parts: '/etc/apt/sources.list.d', lists: 'own-lists' },
    ]) {
      await fs.mkdir(path.join(work, lists, 'partial'), { recursive: true })
      await run(['apt-get', '-qq', ...options(parts, lists), 'update'])
      // apt saves into the folder in which it runs.
      const download = ['apt-get', '-qq', ...options(parts, lists), 'download', ...names]
      await run(['env', '-C', path.join(work, 'packages'), ...download])
    }
    for (const name of await fs.readdir(path.join(work, 'packages'))) {
      await run(['dpkg', '-x', path.join(work, 'packages', name), folder])
    }
  } catch (error) {
    signal?.throwIfAborted()
    const names = [...own, ...next.names].join(', ')
    throw new LabError('TL_BINARY_MISSING', `The Debian packages ${names} can't be fetched here: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await fs.rm(work, { recursive: true, force: true })
  }
}
