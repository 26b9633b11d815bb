import os from 'node:os'
import { LabError } from './errors.ts'
import { cacheFolder } from './fetch/cache-folder.ts'

/**
 * A system error that a person can act on, as a LabError: a full disk, or no file descriptor left. Looks at its causes
 * and at what a tool printed, too; undefined for any other error.
 */
export function describeLacking(error: unknown, env: NodeJS.ProcessEnv = process.env): LabError | undefined {
  const options = { cause: error }
  if (isCausedBy(error, /\b(?:ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i)) {
    return new LabError(
      'TL_DISK_FULL',
      `No space is left in the cache folder ${cacheFolder(env)} or in the folder for temporary files ${os.tmpdir()}. ` +
        'Make room, or set XDG_CACHE_HOME or TMPDIR to a folder that has some.',
      options,
    )
  }
  if (isCausedBy(error, /\b(?:EMFILE|ENFILE)\b|too many open files/i)) {
    return new LabError(
      'TL_TOO_MANY_FILES',
      'This process may not open as many files as it needs. Raise the limit: ulimit -n 1024',
      options,
    )
  }
  return undefined
}

function isCausedBy(error: unknown, pattern: RegExp): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code = '', stderr = '' } = cause as { code?: unknown; stderr?: unknown }
    if (pattern.test(`${String(code)} ${cause.message} ${String(stderr)}`)) return true
  }
  return false
}
