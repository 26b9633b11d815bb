import type { ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/**
 * The address that a service logs once it listens. Later lines are read and not parsed: the last one of a process that
 * is killed may be cut.
 *
 * @throws Error when the process ends first
 */
export function listeningUrl(child: ChildProcessByStdio<null, Readable, null>, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let isKnown = false
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (isKnown) return
      const { url } = JSON.parse(line) as { url?: string }
      if (url === undefined) return
      isKnown = true
      resolve(url)
    })
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${code ?? signal}`)))
  })
}
