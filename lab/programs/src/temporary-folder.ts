import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** A temporary folder for a test, removed with it. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'throughline-test-'))
  return { path: folder, [Symbol.asyncDispose]: () => fs.rm(folder, { recursive: true, force: true }) }
}

/** Writes an executable shell script of this name and returns its path. */
export async function writeScript(file: string, body: string): Promise<string> {
  await fs.mkdir(path.dirname(file), { recursive: true })
  await fs.writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return file
}
