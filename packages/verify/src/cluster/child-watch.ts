import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

/** Ends every process whose id it was given, once its input ends: also when the program before it was killed. */
const WATCH = `const ids = new Set()
process.on('SIGINT', () => {}).on('SIGHUP', () => {})
let text = ''
process.stdin.setEncoding('utf8').on('data', (part) => {
  const lines = (text + part).split('\\n')
  text = lines.pop()
  for (const line of lines) ids[line[0] === '+' ? 'add' : 'delete'](Number(line.slice(1)))
}).on('end', () => {
  for (const id of ids) try { process.kill(id) } catch {}
  process.exit()
})`

export interface ChildWatch {
  /** The child ends with this process, however that ends; at once when this is closed already. */
  add: (child: ChildProcess) => void
  /** Ends every child that still runs, and waits for it. */
  close: () => Promise<void>
}

/** Children that end with this process, also when it is killed by a signal that can't be handled. */
export function watchChildren(): ChildWatch {
  const watch = spawn(process.execPath, ['-e', WATCH], { stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true })
  watch.stdin.on('error', () => {})
  watch.on('error', () => {})
  const running = new Set<ChildProcess>()
  let closed = false
  return {
    add(child) {
      if (child.pid === undefined) return
      if (closed) {
        child.kill()
        return
      }
      running.add(child)
      watch.stdin.write(`+${child.pid}\n`)
      child.once('exit', () => {
        running.delete(child)
        watch.stdin.write(`-${child.pid}\n`)
      })
    },
    async close() {
      closed = true
      await Promise.all(
        [...running].map(async (child) => {
          const ended = once(child, 'exit')
          child.kill()
          await ended
        }),
      )
      const ended = watch.exitCode === null ? once(watch, 'exit') : undefined
      watch.stdin.end()
      await ended
    },
  }
}
