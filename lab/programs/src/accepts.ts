import net from 'node:net'

/** Whether a TCP connection is accepted at this address in time: by default within a second. */
export async function accepts(host: string, port: number, { timeoutMs = 1000 } = {}): Promise<boolean> {
  const socket = net.connect({ host, port })
  try {
    return await new Promise<boolean>((resolve) => {
      socket.setTimeout(timeoutMs, () => resolve(false))
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
  } finally {
    socket.destroy()
  }
}
