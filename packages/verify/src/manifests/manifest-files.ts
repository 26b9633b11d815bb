import type { Dirent } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { text as readAll } from 'node:stream/consumers'
import { UsageError } from '../cli/usage-error.ts'

/** One file as it was read, or why it was not. */
export interface ManifestFile {
  /** As the user reaches it: relative where it was given so; `stdin`. */
  file: string
  text: string
}

export interface ManifestFiles {
  files: ManifestFile[]
  /** Files that could not be read, as sentences. */
  problems: string[]
}

const EXTENSIONS = new Set(['.yaml', '.yml', '.json'])
/** Most bytes of one file, and most files. */
const MOST_BYTES = 8_000_000
const MOST_FILES = 5000

/**
 * Reads the YAML and JSON of a folder and of those in it, or one file of any name; `-` is what stands on stdin. Hidden
 * folders and `node_modules` are left out.
 *
 * @throws UsageError when it does not exist, or holds too many files
 */
export async function readManifestFiles(from: string): Promise<ManifestFiles> {
  if (from === '-') return { files: [{ file: 'stdin', text: await readAll(process.stdin) }], problems: [] }
  const stats = await fs.stat(from).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `--manifests ${from}: ${error.code === 'ENOENT' ? 'there is no such file or folder' : error.message}`,
    )
  })
  const found: ManifestFiles = { files: [], problems: [] }
  if (stats.isDirectory()) await readFolder(from, found, new Set())
  else await readFile(from, found)
  return found
}

async function readFolder(folder: string, found: ManifestFiles, entered: Set<string>): Promise<void> {
  // A link may lead back to where it lies.
  const real = await fs.realpath(folder)
  if (entered.has(real)) return
  entered.add(real)
  const entries = await fs.readdir(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const file = path.join(folder, entry.name)
    const kind = await kindOf(entry, file)
    if (kind === 'folder') await readFolder(file, found, entered)
    else if (EXTENSIONS.has(path.extname(entry.name).toLowerCase())) {
      if (kind === 'file') await readFile(file, found)
      else found.problems.push(`${file} is ${kind === 'absent' ? 'a link to nothing' : 'no file'}`)
    }
  }
}

async function kindOf(entry: Dirent, file: string): Promise<'folder' | 'file' | 'absent' | 'other'> {
  const stats = entry.isSymbolicLink() ? await fs.stat(file).catch(() => undefined) : entry
  if (stats === undefined) return 'absent'
  if (stats.isDirectory()) return 'folder'
  return stats.isFile() ? 'file' : 'other'
}

async function readFile(file: string, { files, problems }: ManifestFiles): Promise<void> {
  if (files.length + problems.length >= MOST_FILES) {
    throw new UsageError(`--manifests: more than ${MOST_FILES} files; name a folder with the manifests alone`)
  }
  try {
    const { size } = await fs.stat(file)
    if (size > MOST_BYTES) problems.push(`${file} is larger than ${MOST_BYTES / 1e6} MB`)
    else files.push({ file, text: await fs.readFile(file, 'utf8') })
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`)
  }
}
