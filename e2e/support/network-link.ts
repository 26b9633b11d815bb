import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'

/** Sits between a client and a server: whatever one sends reaches the other a moment later, including its end. */
interface NetworkLink extends AsyncDisposable {
  /** Where clients connect on 127.0.0.1. */
  port: number
  /** The server's port on 127.0.0.1. */
  target: number
}

/**
 * Opens a link that delays each way by `delayMs`. Without it a request and the end of its connection would almost never
 * cross.
 */
export async function openNetworkLink({ target = 0, delayMs }: { target?: number; delayMs: number }) {
  const sockets = new Set<net.Socket>()
  const carry = (from: net.Socket, to: net.Socket): void => {
    const later = (deliver: () => void) => setTimeout(deliver, delayMs)
    sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (chunk) => later(() => to.write(chunk)))
    from.on('end', () => later(() => to.end()))
    from.on('error', () => later(() => to.resetAndDestroy()))
    from.on('close', () => sockets.delete(from))
  }
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ port: link.target, host: '127.0.0.1', allowHalfOpen: true })
    carry(near, far)
    carry(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const link: NetworkLink = {
    port: (server.address() as AddressInfo).port,
    target,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return link
}
