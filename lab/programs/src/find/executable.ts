import fs from 'node:fs/promises'
import path from 'node:path'

/** Whether the path is a file that this user may run. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await fs.access(file, fs.constants.X_OK)
    return (await fs.stat(file)).isFile()
  } catch {
    return false
  }
}

/** The first program of this name on PATH. */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, name)
    if (path.isAbsolute(file) && (await isExecutable(file))) return file
  }
  return undefined
}
