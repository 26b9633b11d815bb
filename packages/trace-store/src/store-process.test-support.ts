import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'

const PROGRAM = `
import { serveTraceStore } from ${JSON.stringify(path.join(import.meta.dirname, '../dist/index.js'))}
const { store, close, ...urls } = await serveTraceStore()
console.log(JSON.stringify(urls))
`

/** A trace store alone in a process, to measure its memory. Needs a build. */
export async function startStoreProcess() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const urls = JSON.parse(line.toString()) as Record<'otlpUrl' | 'zipkinUrl' | 'datadogUrl' | 'queryUrl', string>
  return {
    ...urls,
    /** The processor time it has used, in ms, which is independent of other load (Linux). */
    cpuMs: (): number => {
      const [utime, stime] =
        fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11) ?? []
      return (Number(utime) + Number(stime)) * 10
    },
    /** The most memory it ever held, in MiB (Linux). */
    peakMiB: (): number => {
      const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
