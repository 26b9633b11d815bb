import fs from 'node:fs'
import { isatty } from 'node:tty'

/** Where log lines go. */
export interface LogStream {
  write: (line: string) => void
}

/** Most bytes kept for a reader that does not read. */
const MAX_KEPT_BYTES = 256 * 1024

const NEWLINE = 0x0a

/**
 * Standard output as a stream that never waits and never fails, whatever reads it or does not. Lines that can't be
 * written, the disk or the pipe being full, are dropped; once there is room, the line that `describeLoss` makes says
 * how many.
 */
export function createLogStream(describeLoss: (lines: number) => string, fd = 1): LogStream {
  const tryWrite = isStream(fd) ? writeToStream(process.stdout) : writeToFile(fd)
  let lost = 0
  return {
    write(line) {
      const isWritten = lost === 0 ? tryWrite(line) : tryWrite(describeLoss(lost) + line)
      lost = isWritten ? 0 : lost + 1
    },
  }
}

/** Node's own stream waits for none of these; to a file it writes in place, and throws. */
function isStream(fd: number): boolean {
  const stat = fs.fstatSync(fd)
  return stat.isFIFO() || stat.isSocket() || isatty(fd)
}

function writeToStream(stream: NodeJS.WriteStream): (text: string) => boolean {
  // Its reader may be gone: a service continues without its log. One listener is enough for all loggers of a process.
  if (!stream.listeners('error').includes(ignoreError)) stream.on('error', ignoreError)
  return (text) => {
    if (stream.writableLength > MAX_KEPT_BYTES) return false
    stream.write(text)
    return true
  }
}

function ignoreError(): void {}

function writeToFile(fd: number): (text: string) => boolean {
  let isTorn = false
  return (text) => {
    const bytes = Buffer.from(isTorn ? `\n${text}` : text)
    let written = 0
    try {
      while (written < bytes.length) written += fs.writeSync(fd, bytes, written)
      isTorn = false
      return true
    } catch {
      // A full disk may accept part of a line.
      if (written > 0) isTorn = bytes[written - 1] !== NEWLINE
      return false
    }
  }
}
