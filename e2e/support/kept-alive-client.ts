import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

interface ClientOptions {
  /** Two equivalent servers: a closed connection is reopened at the other. */
  urls: readonly [string, string]
  /** Initial connections to each. */
  connections: number
  /** Requests per second, over all connections in turn. */
  rate: number
}

/** A client that keeps its connections, like a proxy or a pool, and repeats no request. */
export interface KeptAliveClient extends AsyncDisposable {
  /** Requests that were answered 200. */
  answered: () => number
  /** One error for each other request. */
  failures: readonly string[]
  /** Open connections to each server. */
  connectionsAt: () => [number, number]
}

const TICK_MS = 5

/** Starts to send until it is disposed of. Resolves once every connection has received an answer. */
export async function startKeptAliveClient({ urls, connections, rate }: ClientOptions): Promise<KeptAliveClient> {
  const failures: string[] = []
  let answered = 0
  const slots = Array.from({ length: 2 * connections }, (_, index) => createSlot(urls, index < connections ? 0 : 1))
  const send = async (slot: Slot): Promise<void> => {
    const url = slot.url()
    await slot.request().then(
      (status) => (status === 200 ? (answered += 1) : failures.push(`${status} from ${url}`)),
      (error: unknown) => failures.push(`${String(error)} from ${url}`),
    )
  }
  await Promise.all(slots.map(send))
  const controller = new AbortController()
  const run = async (): Promise<void> => {
    let turn = 0
    let due = 0
    for (let last = performance.now(); !controller.signal.aborted;) {
      await wait(TICK_MS)
      let now = performance.now()
      // A delayed process must first read what has arrived, such as the end of a connection.
      if (now - last > 10 * TICK_MS) {
        await wait(4 * TICK_MS)
        now = performance.now()
      }
      due = Math.min(due + ((now - last) / 1000) * rate, slots.length)
      last = now
      for (; due >= 1; due -= 1) {
        const slot = slots[turn++ % slots.length]
        if (slot?.isFree()) void send(slot)
      }
    }
  }
  const running = run()
  return {
    answered: () => answered,
    failures,
    connectionsAt: () => [
      slots.filter((slot) => slot.openAt() === urls[0]).length,
      slots.filter((slot) => slot.openAt() === urls[1]).length,
    ],
    async [Symbol.asyncDispose]() {
      controller.abort()
      await running
      for (const slot of slots) slot.close()
    },
  }
}

type Slot = ReturnType<typeof createSlot>

/** One connection; it has one request at a time. */
function createSlot(urls: ClientOptions['urls'], first: 0 | 1) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  let at = first
  let isFree = true
  let isOpen = false
  const exchange = async (): Promise<number> => {
    const request = http.get(urls[at], { agent })
    request.once('socket', (socket: net.Socket) => {
      // The end of a connection moves the client to the other server.
      if (request.reusedSocket) return
      socket.once('connect', () => (isOpen = true))
      socket.once('close', () => {
        isOpen = false
        at = at === 0 ? 1 : 0
      })
    })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.resume()
    const { socket } = response
    await once(response, 'end')
    if (response.headers.connection === 'close' && !socket.closed) await once(socket, 'close')
    return response.statusCode ?? 0
  }
  return {
    url: () => urls[at],
    openAt: () => (isOpen ? urls[at] : undefined),
    isFree: () => isFree,
    async request(): Promise<number> {
      isFree = false
      return await exchange().finally(() => (isFree = true))
    },
    close: () => agent.destroy(),
  }
}
