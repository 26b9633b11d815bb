import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { CHARTS } from './helm.ts'

/** Copies the charts as in git, like a fresh clone, a zip or a Git artifact of Flux. */
export async function checkOut(folder: string): Promise<void> {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '.'], { cwd: CHARTS })
  for (const file of list.toString().trim().split('\n')) {
    await fs.cp(path.join(CHARTS, file), path.join(folder, file)).catch(ignoreMissing)
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  // Removed, and not yet committed.
  if (error.code !== 'ENOENT') throw error
}
