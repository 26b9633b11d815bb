import fs from 'node:fs/promises'

export interface LogBounds {
  /** Bytes at which a log is moved to `<file>.1`, default 8 MiB. */
  maxBytes?: number | undefined
  /** Milliseconds between two checks of its size, default 1000. */
  intervalMs?: number | undefined
}

/**
 * Keeps a file that a program appends to at a bounded size: past it, the text is copied to `<file>.1`, in place of what
 * was there, and the file is emptied under its writer. What is written between the two is lost. Ends with `stop`.
 */
export function boundLog(
  file: string,
  { maxBytes = 8 * 1024 * 1024, intervalMs = 1000 }: LogBounds = {},
): {
  stop: () => void
} {
  let isBusy = false
  const look = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    try {
      if ((await fs.stat(file)).size <= maxBytes) return
      // Without room for a copy, the log is lost.
      await fs.copyFile(file, `${file}.1`).catch(() => fs.rm(`${file}.1`, { force: true }))
      await fs.truncate(file)
    } catch {
      // The folder of the lab is being removed.
    } finally {
      isBusy = false
    }
  }
  const timer = setInterval(() => void look(), intervalMs).unref()
  return { stop: () => clearInterval(timer) }
}
