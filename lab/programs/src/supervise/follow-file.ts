import fs from 'node:fs/promises'

/**
 * Gives each line that is appended to a file from now on, every 100 ms. The function it returns gives what is left, and
 * ends it. A file that does not exist yet is awaited; one that was emptied is read from its start.
 */
export function followFile(file: string, onLine: (line: string) => void): () => Promise<void> {
  let position = 0
  let rest = Buffer.alloc(0)
  let reading: Promise<void> = Promise.resolve()

  const read = async (): Promise<void> => {
    try {
      await using handle = await fs.open(file)
      const { size } = await handle.stat()
      if (size < position) position = 0
      if (size === position) return
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - position), position })
      position += bytesRead
      const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      const end = text.lastIndexOf('\n') + 1
      rest = text.subarray(end)
      for (const line of text.subarray(0, end).toString('utf8').split(/\r?\n/).slice(0, -1)) onLine(line)
    } catch {
      // Not there yet, or being removed.
    }
  }
  const timer = setInterval(() => (reading = reading.then(read)), 100).unref()
  return async () => {
    clearInterval(timer)
    await reading
    await read()
    if (rest.length > 0) onLine(rest.toString('utf8'))
    rest = Buffer.alloc(0)
  }
}
