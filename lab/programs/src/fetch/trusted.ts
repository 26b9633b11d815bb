import { createHash, randomUUID } from 'node:crypto'
import fs, { type BigIntStats } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LabError } from '../errors.ts'
import { cacheFolder } from './cache-folder.ts'

/** A file as it was when it came into the cache. */
interface Recorded {
  sha256: string
  /** Changes whenever the content does; while it stays, the content isn't read. */
  stamp: string
}

/** By what was asked for, a program or a folder: each of its files, by path in the folder of the record. */
type Records = Record<string, Record<string, Recorded>>

/** Lies in each folder of the cache that holds programs. */
const RECORD_FILE = '.checksums.json'

/**
 * Makes sure that what is about to be run from a folder of the cache is what was put there, and that no other user had a
 * hand in it: every file, and every folder from the cache's own on, belongs to this user, to root or to the user of sudo,
 * can be written by its owner alone, and its content is the recorded one. The first call records it.
 *
 * @param parts programs, or folders of files that they read, in `folder`
 * @throws LabError TL_CACHE_UNTRUSTED with what is wrong, where, and how to repair it
 */
export async function requireTrusted(
  folder: string,
  parts: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  for (const above of foldersDownTo(folder, cacheFolder(env))) requireOwn(above, await statOf(above), above)
  const records = await readRecords(folder)
  let isNew = false
  for (const part of parts) {
    const before = records[part]
    const now: Record<string, Recorded> = {}
    for (const [name, stamp] of await stampsOf(folder, part)) {
      const known = before?.[name]
      const same = known?.stamp === stamp ? known : undefined
      now[name] = same ?? { sha256: await hashOf(path.join(folder, name)), stamp }
      isNew ||= same === undefined
    }
    if (before !== undefined) requireSame({ folder, before, now })
    records[part] = now
  }
  if (isNew) await writeRecords(folder, records)
}

/** The path of a program in a folder of the cache, as {@link requireTrusted} has found it. */
export async function trustedProgram(folder: string, program: string, env: NodeJS.ProcessEnv): Promise<string> {
  await requireTrusted(folder, [program], env)
  return path.join(folder, program)
}

/** `/cache`, `/cache/envoy`, `/cache/envoy/1.40.0`. */
function foldersDownTo(folder: string, top: string): string[] {
  const names = path.relative(top, folder).split(path.sep)
  return [top, ...names.map((_, index) => path.join(top, ...names.slice(0, index + 1)))]
}

/** The files of a part, and the stamp of each. */
async function stampsOf(folder: string, part: string): Promise<[name: string, stamp: string][]> {
  const place = path.join(folder, part)
  const stat = await statOf(place)
  requireOwn(place, stat, folder)
  if (!stat.isDirectory()) return [[part, [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')]]
  const names = (await fs.promises.readdir(place)).toSorted()
  const within = await Promise.all(names.map((name) => stampsOf(folder, path.join(part, name))))
  return within.flat()
}

const statOf = (place: string): Promise<BigIntStats> => fs.promises.stat(place, { bigint: true })

function requireOwn(place: string, { uid, mode }: BigIntStats, folder: string): void {
  const user = process.getuid?.()
  if (user !== undefined && !trustedUsers(user).includes(Number(uid))) {
    throw untrusted(`${place} belongs to user ${uid}, who decides what it holds`, folder, `chown -R ${user} ${folder}`)
  }
  if (mode & 0o022n) {
    const permissions = (mode & 0o7777n).toString(8)
    throw untrusted(`${place} can be written by other users (mode ${permissions})`, folder, `chmod -R go-w ${folder}`)
  }
}

/** Root, this user, and who became root by sudo, as who could do so anyway. */
function trustedUsers(user: number): number[] {
  const sudoUser = user === 0 ? Number(process.env['SUDO_UID'] ?? 0) : 0
  return [0, user, sudoUser]
}

function requireSame(options: {
  folder: string
  before: Record<string, Recorded>
  now: Record<string, Recorded>
}): void {
  const { folder, before, now } = options
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const [expected, actual] = [before[name]?.sha256, now[name]?.sha256]
    if (expected === actual) continue
    const place = path.join(folder, name)
    if (actual === undefined) throw untrusted(`${place} is missing`, folder)
    if (expected === undefined) throw untrusted(`${place} was added later`, folder)
    throw untrusted(`${place} has changed: its sha256 was ${expected}, and is ${actual}`, folder)
  }
}

async function readRecords(folder: string): Promise<Records> {
  const file = path.join(folder, RECORD_FILE)
  try {
    requireOwn(file, await statOf(file), folder)
    return JSON.parse(await fs.promises.readFile(file, 'utf8')) as Records
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    if (error instanceof SyntaxError) throw untrusted(`${file} is no record of checksums`, folder)
    throw error
  }
}

/** Where the cache can't be written, each start reads the content. */
async function writeRecords(folder: string, records: Records): Promise<void> {
  const draft = path.join(folder, `${RECORD_FILE}.${randomUUID()}`)
  try {
    await fs.promises.writeFile(draft, JSON.stringify(records), { mode: 0o644 })
    await fs.promises.rename(draft, path.join(folder, RECORD_FILE))
  } catch {
    await fs.promises.rm(draft, { force: true }).catch(() => {})
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(fs.createReadStream(file), hash)
  return hash.digest('hex')
}

function untrusted(what: string, folder: string, command?: string): LabError {
  const known = command === undefined ? '' : ` If you know what it holds: ${command}`
  return new LabError(
    'TL_CACHE_UNTRUSTED',
    `${what}. Nothing in it was run. Remove ${folder} and start again: programs are fetched again, and those of ` +
      `"npm run setup:<name>" are built again by it.${known}`,
  )
}
