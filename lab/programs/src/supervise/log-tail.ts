import fs from 'node:fs/promises'

const TAIL_BYTES = 16 * 1024

/** The last lines of a log file, default 15; empty when there is no file. */
export async function logTail(file: string, lines = 15): Promise<string> {
  try {
    await using handle = await fs.open(file)
    const { size } = await handle.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start })
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}
