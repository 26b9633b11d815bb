import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Command, LabError, type Reaper } from '@throughline/lab-programs'

interface PodRequest {
  /** Default GET. */
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Milliseconds for the whole exchange, default 2000. */
  timeoutMs?: number
}

/** The outcome of a request from inside a pod: an answer, or the code of the failure, such as `ECONNREFUSED`. */
type PodAnswer =
  | { status: number; headers: IncomingHttpHeaders; body: string; code?: undefined }
  | { status?: undefined; code: string; message: string }

/** A process in a pod's namespace that makes requests and forwards connections for this process. */
export interface PodHelper {
  /** One request over a connection of its own. Rejects only when the helper has ended. */
  ask: (url: string, request?: PodRequest) => Promise<PodAnswer>
  /**
   * Listens on this machine's 127.0.0.1 and forwards every connection to an address inside the pod.
   *
   * @param listen port to listen on, default 0: the system chooses
   * @returns the port
   */
  forward: (target: { host?: string; port: number }, listen?: number) => Promise<number>
  close: () => Promise<void>
}

/** Plain JavaScript beside the sources: the same file for sources and for a build. */
const script = fileURLToPath(new URL('../bin/pod-helper.mjs', import.meta.url))

type Answer = PodAnswer & { id: number }

/** @param place moves the helper's command into the namespace */
export async function startPodHelper(place: (command: Command) => Command, reaper: Reaper): Promise<PodHelper> {
  const { command, args = [] } = place({ command: process.execPath, args: [script] })
  // A process group of its own: Ctrl-C in the terminal must not end it before the lab has stopped.
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true, env: {} })
  const { pid } = child
  if (pid !== undefined) reaper.add(pid)
  const exited = once(child, 'exit')
  exited.catch(() => {})
  await once(child, 'spawn')

  const waiting = new Map<number, { resolve: (answer: PodAnswer) => void; reject: (error: Error) => void }>()
  let lastId = 0
  child.on('message', (message: Partial<Answer>) => {
    const { id, ...answer } = message
    if (id === undefined) return
    waiting.get(id)?.resolve(answer as PodAnswer)
    waiting.delete(id)
  })
  child.on('exit', () => {
    if (pid !== undefined) reaper.drop(pid)
    for (const { reject } of waiting.values()) reject(ended())
    waiting.clear()
  })

  return {
    ask: (url, { method = 'GET', headers = {}, body, timeoutMs = 2000 } = {}) =>
      new Promise((resolve, reject) => {
        if (!child.connected) {
          reject(ended())
          return
        }
        const id = (lastId += 1)
        waiting.set(id, { resolve, reject })
        child.send({ ask: { id, url, method, headers, body, timeoutMs } })
      }),
    async forward({ host = '127.0.0.1', port }, listen = 0) {
      const server = net.createServer()
      server.listen(listen, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address() as AddressInfo
      const acknowledged = once(child, 'message')
      await hand(child, { forward: { host, port } }, server)
      await acknowledged
      // The helper has the listening socket now; ours would keep accepting every other connection.
      server.close()
      return address.port
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

function hand(child: ChildProcess, message: object, server: net.Server): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!child.connected) {
      reject(ended())
      return
    }
    child.send(message, server, (error) => (error === null ? resolve() : reject(error)))
  })
}

function ended(): LabError {
  return new LabError('TL_PROGRAM_FAILED', "the helper in a pod's network namespace has ended")
}
