import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf } from '../errors.ts'
import { fillCache } from '../fetch/cache.ts'
import { isAtLeast } from '../find/envoy-version.ts'
import { findOnPath, isExecutable } from '../find/executable.ts'
import { goModuleFolder, goToolFolder } from './go-tool-folder.ts'
import type { GoTool } from './go-tools.ts'
import { requireTrusted } from '../fetch/trusted.ts'
import { runTool } from '../run-tool.ts'

export interface BuildGoToolOptions {
  /** Default `process.env`, which also holds the user's settings of Go, such as its proxy and module cache. */
  env?: NodeJS.ProcessEnv | undefined
  /** One line for each step that takes time; a line that ends in `…` is still in progress. */
  log?: ((line: string) => void) | undefined
  /** Cancels the build and leaves nothing but Go's own caches. */
  signal?: AbortSignal | undefined
}

/** Milliseconds for one step of a build, long enough for a slow machine. */
const STEP_TIMEOUT = 3_600_000

/**
 * Builds the programs of a tool into the cache, with the Go of this machine. Does nothing when they are already there.
 *
 * @returns their folder
 * @throws LabError TL_BINARY_MISSING without a Go that is new enough, TL_BUILD_FAILED with Go's last line,
 *   TL_CACHE_NOT_WRITABLE, TL_CACHE_UNTRUSTED
 */
export async function buildGoTool(tool: GoTool, options: BuildGoToolOptions = {}): Promise<string> {
  const { env = process.env, log = () => {}, signal } = options
  const folder = await goToolFolder(tool, env)
  const present = await Promise.all(tool.programs.map((program) => isExecutable(path.join(folder, program.name))))
  const names = tool.programs.map((program) => program.name)
  if (present.every(Boolean)) {
    await requireTrusted(folder, names, env)
    log(`${tool.name} ${tool.version} is in ${folder}`)
    return folder
  }
  const go = await requireGo(tool, env)
  const goEnv = { ...env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' }
  const step = async (line: string, args: string[], cwd: string): Promise<string> => {
    log(line)
    try {
      return await runTool([go, '-C', cwd, ...args], { env: goEnv, timeoutMs: STEP_TIMEOUT, signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw new LabError('TL_BUILD_FAILED', `go ${args.join(' ')} failed in ${cwd}: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  await fillCache(folder, async (work) => {
    const downloading = `Downloading the sources of ${tool.name} ${tool.version} …`
    let source: string
    if ('folder' in tool.from) {
      source = goModuleFolder(tool.from.folder)
      await step(downloading, ['mod', 'download'], source)
    } else {
      const answer = await step(downloading, ['mod', 'download', '-json', tool.from.module], work)
      source = (JSON.parse(answer) as { Dir: string }).Dir
    }
    for (const [index, program] of tool.programs.entries()) {
      const flags = [
        '-trimpath',
        '-ldflags',
        tool.ldflags,
        ...(program.tags === undefined ? [] : ['-tags', program.tags]),
      ]
      const line = `Building ${program.name} (${index + 1} of ${tool.programs.length}, about ${tool.minutes} minutes in all on two cores) …`
      await step(line, ['build', ...flags, '-o', path.join(work, program.name), program.package], source)
    }
    if (tool.files) {
      const { module, paths } = tool.files
      const folderOf = await step('Copying its manifests …', ['list', '-m', '-f', '{{.Dir}}', module], source)
      for (const relative of paths) {
        const target = path.join(work, 'manifests', relative)
        await fs.cp(path.join(folderOf.trim(), relative), target, { recursive: true })
        // The module cache is read-only, and a read-only copy could not be removed.
        await makeWritable(target)
      }
    }
  })
  await requireTrusted(folder, names, env)
  log(`${tool.name} ${tool.version} is now in ${folder}`)
  return folder
}

async function requireGo(tool: GoTool, env: NodeJS.ProcessEnv): Promise<string> {
  const go = await findOnPath('go', env)
  const version =
    go === undefined ? undefined : /go(\d+\.\d+(\.\d+)?)/.exec(await runTool([go, 'version'], { env }))?.[1]
  if (go !== undefined && version !== undefined && isAtLeast(version, tool.go)) return go
  const found = go === undefined ? 'There is no Go on PATH' : `${go} is Go ${version ?? 'of an unknown version'}`
  const programs = tool.programs.map(({ variable }) => variable).join(', ')
  throw new LabError(
    'TL_BINARY_MISSING',
    `${found}, and ${tool.name} ${tool.version} needs ${tool.go} or newer to be built. Install Go, or set ${programs}.`,
  )
}

async function makeWritable(target: string): Promise<void> {
  const { mode } = await fs.stat(target)
  await fs.chmod(target, mode | 0o200)
  if (!(await fs.stat(target)).isDirectory()) return
  for (const name of await fs.readdir(target)) await makeWritable(path.join(target, name))
}
