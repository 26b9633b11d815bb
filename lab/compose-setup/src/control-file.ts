import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

/** What the dashboard reads with `node --env-file`. */
const NAME = 'control.env'

/**
 * Writes the address and token of the control API for the dashboard. An existing token is kept: the dashboard reads the
 * file only when it starts.
 *
 * @returns the token
 */
export async function writeControlFile(folder: string, url: string): Promise<string> {
  const token = (await readControlToken(folder)) ?? randomBytes(32).toString('hex')
  await fs.writeFile(path.join(folder, NAME), `MESH_CONTROL_URL=${url}\nMESH_CONTROL_TOKEN=${token}\n`, { mode: 0o600 })
  return token
}

/** The token in the file; undefined without one. */
export async function readControlToken(folder: string): Promise<string | undefined> {
  const text = await fs.readFile(path.join(folder, NAME), 'utf8').catch(() => '')
  return /^MESH_CONTROL_TOKEN=([\da-f]{64})$/m.exec(text)?.[1]
}
