import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { describeLacking } from '../lacking.ts'

const HOUR_MS = 3_600_000

/**
 * Fills a folder of the cache in one step: `fill` works in a folder beside it, which gets its final name only when it is
 * complete. Two processes may do this at once; the first to finish wins, and both get the same folder.
 *
 * @throws LabError TL_CACHE_NOT_WRITABLE naming the folder, TL_DISK_FULL, TL_TOO_MANY_FILES, and everything else that `fill` throws
 */
export async function fillCache(folder: string, fill: (work: string) => Promise<void>): Promise<void> {
  const parent = path.dirname(folder)
  const work = path.join(parent, `.fetch-${randomUUID()}`)
  try {
    await makeFolder(work)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw (
      describeLacking(error) ??
      new LabError(
        'TL_CACHE_NOT_WRITABLE',
        `The cache folder ${parent} can't be written (${code}). Set XDG_CACHE_HOME to a folder that can.`,
        { cause: error },
      )
    )
  }
  try {
    await removeLeftOvers(parent)
    await fill(work)
    await closeToOthers(work)
    await fs.rename(work, folder).catch(async (error: unknown) => {
      // Another process was first.
      if (!(await exists(folder))) throw error
    })
  } catch (error) {
    throw describeLacking(error) ?? error
  } finally {
    await fs.rm(work, { recursive: true, force: true })
  }
}

/**
 * Makes a folder and those above it. Not Node's own `recursive`, which never ends below /proc: there a new folder is
 * refused with ENOENT, as if its parent were missing.
 */
async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<void> =>
    fs.mkdir(folder, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  await make().catch(async (error: NodeJS.ErrnoException) => {
    const parent = path.dirname(folder)
    if (error.code !== 'ENOENT' || parent === folder) throw error
    await makeFolder(parent)
    await make()
  })
}

/** Leaves the right to write with the owner, whatever the umask and the modes in an archive. */
async function closeToOthers(folder: string): Promise<void> {
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name)
    if (entry.isSymbolicLink()) continue
    const { mode } = await fs.stat(place)
    if (mode & 0o022) await fs.chmod(place, mode & ~0o022)
    if (entry.isDirectory()) await closeToOthers(place)
  }
}

/** Removes what killed processes left behind. */
async function removeLeftOvers(parent: string): Promise<void> {
  for (const name of await fs.readdir(parent)) {
    const file = path.join(parent, name)
    const age = Date.now() - ((await fs.stat(file).catch(() => undefined))?.mtimeMs ?? Date.now())
    if (name.startsWith('.fetch-') && age > HOUR_MS) await fs.rm(file, { recursive: true, force: true })
  }
}

async function exists(file: string): Promise<boolean> {
  return await fs.stat(file).then(
    () => true,
    () => false,
  )
}
