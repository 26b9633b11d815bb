import path from 'node:path'
import { LabError } from '../errors.ts'
import { findOnPath, isExecutable } from './executable.ts'
import type { GoTool } from '../build/go-tools.ts'
import { requireTrusted } from '../fetch/trusted.ts'
import { goToolFolder } from '../build/go-tool-folder.ts'

export interface FindGoToolOptions {
  /** Source of the programs' variables, `PATH` and `XDG_CACHE_HOME`; default `process.env`. */
  env?: NodeJS.ProcessEnv | undefined
}

export interface FoundGoTool {
  /** Path of each program, by its name. */
  programs: Record<string, string>
  /** Folder of the files that belong to them, if they come from the cache. */
  manifests?: string | undefined
}

/**
 * Finds each program of a tool: by its variable, then on PATH, then in the cache.
 *
 * @throws LabError TL_BINARY_INVALID for a variable that does not name a program, TL_BINARY_MISSING with every way to get one,
 *   TL_CACHE_UNTRUSTED
 */
export async function findGoTool(tool: GoTool, options: FindGoToolOptions = {}): Promise<FoundGoTool> {
  const { env = process.env } = options
  const cached = await goToolFolder(tool, env)
  const programs: Record<string, string> = {}
  const fromCache: string[] = []
  for (const { name: program, variable } of tool.programs) {
    const named = env[variable]
    if (named !== undefined && named !== '') {
      if (!(await isExecutable(named))) {
        throw new LabError('TL_BINARY_INVALID', `${variable} is ${named}, which does not exist or may not be executed.`)
      }
      programs[program] = path.resolve(named)
      continue
    }
    const inCache = path.join(cached, program)
    const found = (await findOnPath(program, env)) ?? ((await isExecutable(inCache)) ? inCache : undefined)
    if (found === undefined) throw missing(tool, { program, variable })
    programs[program] = found
    if (found === inCache) fromCache.push(program)
  }
  if (fromCache.length > 0) await requireTrusted(cached, fromCache, env)
  return { programs, manifests: tool.files && path.join(cached, 'manifests') }
}

function missing(tool: GoTool, { program, variable }: { program: string; variable: string }): LabError {
  return new LabError(
    'TL_BINARY_MISSING',
    [
      `There is no ${program} (${tool.name} ${tool.version}) on this machine. Any one of these will do:`,
      `  - build it with Go ${tool.go} or newer, once, in about ${tool.minutes} minutes: npm run setup:${tool.setup ?? tool.name}`,
      `  - put "${program}" on PATH`,
      `  - set ${variable} to the path of one`,
    ].join('\n'),
  )
}
