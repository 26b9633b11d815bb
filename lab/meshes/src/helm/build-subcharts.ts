import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'

export interface BuildSubchartsOptions {
  /** Runs Helm. */
  run: (...args: string[]) => Promise<{ exitCode: number; stderr: string }>
  /** Folder of the chart. */
  chart: string
}

/** Names, in `charts/`, what the archives beside it were built from. Helm ignores files that begin with a dot. */
const STAMP_NAME = '.built-from'

/**
 * Puts the subcharts that `Chart.yaml` names by `file://` into the chart's `charts/`, as `helm dependency update` does,
 * when they are missing or older than their sources. Each file is replaced atomically, so a concurrent render sees
 * either version. Anything else in that folder, such as links of an older checkout, is removed.
 *
 * @returns whether anything was built; a chart without such subcharts, or an archive, needs nothing
 * @throws with Helm's message
 */
export async function buildSubcharts({ run, chart: folder }: BuildSubchartsOptions): Promise<boolean> {
  const chart = path.resolve(folder)
  const sources = await localSubcharts(chart)
  if (sources.length === 0) return false
  const target = path.join(chart, 'charts')
  const stamp = await hashOf([path.join(chart, 'Chart.yaml'), ...sources])
  if ((await fs.readFile(path.join(target, STAMP_NAME), 'utf8').catch(() => '')) === stamp) return false

  const work = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-subcharts-'))
  try {
    // In a copy: Helm works with folders beside the archives, which another Helm would take for files of the chart.
    const root = commonFolder([chart, ...sources])
    const copyOf = (source: string): string => path.join(work, path.relative(root, source))
    await fs.mkdir(copyOf(chart), { recursive: true })
    await fs.copyFile(path.join(chart, 'Chart.yaml'), path.join(copyOf(chart), 'Chart.yaml'))
    for (const source of sources) await fs.cp(source, copyOf(source), { recursive: true })
    const { exitCode, stderr } = await run('dependency', 'update', '--skip-refresh', copyOf(chart))
    if (exitCode !== 0) throw new Error(`the subcharts of ${chart} could not be built: ${stderr.trim()}`)
    await replaceContent(target, path.join(copyOf(chart), 'charts'), stamp)
  } finally {
    await fs.rm(work, { recursive: true, force: true })
  }
  return true
}

/** Folders of the subcharts with a `file://` repository. */
async function localSubcharts(chart: string): Promise<string[]> {
  const text = await fs.readFile(path.join(chart, 'Chart.yaml'), 'utf8').catch(() => '')
  const { dependencies = [] } = (parse(text) ?? {}) as { dependencies?: { repository?: string }[] }
  const paths = dependencies.flatMap(({ repository = '' }) => /^file:\/\/(.+)/.exec(repository)?.[1] ?? [])
  return [...new Set(paths.map((relative) => path.join(chart, relative)))]
}

async function hashOf(paths: string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const source of paths) {
    const isFolder = (await fs.stat(source)).isDirectory()
    const entries = isFolder ? await fs.readdir(source, { recursive: true, withFileTypes: true }) : []
    const files = isFolder
      ? entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
      : [source]
    for (const file of files.toSorted()) hash.update(path.relative(source, file)).update(await fs.readFile(file))
  }
  return hash.digest('hex')
}

/** The deepest folder that holds them all. */
function commonFolder(folders: string[]): string {
  const parts = folders.map((folder) => folder.split(path.sep))
  const [first = []] = parts
  const end = first.findIndex((part, at) => parts.some((folderParts) => folderParts[at] !== part))
  return first.slice(0, end === -1 ? undefined : end).join(path.sep)
}

async function replaceContent(target: string, built: string, stamp: string): Promise<void> {
  await fs.mkdir(target, { recursive: true })
  const archives = await fs.readdir(built)
  for (const name of archives) {
    const staged = path.join(target, `.${name}.${process.pid}`)
    await fs.copyFile(path.join(built, name), staged)
    await fs.rename(staged, path.join(target, name))
  }
  for (const name of await fs.readdir(target)) {
    const isOurs = archives.includes(name) || name.startsWith('.')
    if (!isOurs) await fs.rm(path.join(target, name), { recursive: true, force: true })
  }
  await fs.writeFile(path.join(target, STAMP_NAME), stamp)
}
