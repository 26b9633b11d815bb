import os from 'node:os'
import path from 'node:path'

/** Folder of all fetched programs: `$XDG_CACHE_HOME/throughline`, by default under `~/.cache`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME']
  // XDG Base Directory Specification: a relative path must be ignored.
  return path.join(
    base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'),
    'throughline',
  )
}
