import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

/** What the dashboard reads with `node --env-file`. */
const name = 'control.env'

/**
 * Tells the dashboard where the control API is, and its token. A token that is there is kept: the dashboard reads the
 * file when it starts, and not again.
 *
 * @returns the token
 */
export async function writeControlFile(folder: string, url: string): Promise<string> {
  const token = (await readControlToken(folder)) ?? randomBytes(32).toString('hex')
  await fs.writeFile(path.join(folder, name), `MESH_CONTROL_URL=${url}\nMESH_CONTROL_TOKEN=${token}\n`, { mode: 0o600 })
  return token
}

/** The token in the file; undefined when there is none. */
export async function readControlToken(folder: string): Promise<string | undefined> {
  const text = await fs.readFile(path.join(folder, name), 'utf8').catch(() => '')
  return /^MESH_CONTROL_TOKEN=([\da-f]{64})$/m.exec(text)?.[1]
}
